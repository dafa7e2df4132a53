// SPDX-License-Identifier: BSL-1.0
// The examples of the reference pages of core, loop and net that the first steps do not have.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "rill/rill.hpp"

namespace {

using namespace std::chrono_literals;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("reference: %s\n", what);
  std::exit(1);
}

rill::coro<> work() { co_await rill::sleep(1h); }

rill::coro<> scopes() {
  // [cancel_scope]
  rill::cancel_scope scope;
  rill::event_loop::running().call_later(1ms, [&scope] { scope.cancel("took too long"); });
  bool stopped = false;
  try {
    co_await work();
  } catch (const rill::cancelled_error&) {
    if (!scope.absorb()) scope.pass_on();  // somebody further out has asked: not ours
    stopped = true;
  }
  // [/cancel_scope]
  expect(stopped, "scope");
}

rill::coro<> graph() {
  // [call_graph]
  auto task = rill::create_task(work(), {.name = "worker"});
  co_await rill::yield();
  const std::string text = rill::format_call_graph(task);  // worker awaits sleep at file:line
  // [/call_graph]
  expect(text.find("worker") != std::string::npos, "graph");
  // [call_chain]
  const std::vector<rill::await_frame> frames = rill::call_chain(task);
  for (const rill::await_frame& frame : frames) {
    std::printf("%s at line %u\n", frame.wait, static_cast<unsigned>(frame.site.line()));
  }
  // [/call_chain]
  expect(frames.size() == 1, "chain");
  task.cancel();
}

rill::coro<> callbacks() {
  // [call_soon]
  rill::event_loop& loop = rill::event_loop::running();
  auto done = rill::create_future<std::string>();
  loop.call_soon([done] { done.set_result("called"); });
  const rill::timer_handle never = loop.call_later(1h, [] { std::puts("not printed"); });
  never.cancel();
  const std::string text = co_await done;
  // [/call_soon]
  expect(text == "called", "call_soon");
}

rill::coro<> threads() {
  // [external_work]
  rill::event_loop& loop = rill::event_loop::running();
  auto answer = rill::create_future<int>();
  std::thread thread;
  {
    const rill::external_work_guard guard;  // a thread will call: this is no deadlock
    auto finish = [&answer] { answer.set_result(42); };
    thread = std::thread([&loop, finish] { loop.call_soon_threadsafe(finish); });
    const int value = co_await answer;
    std::printf("%d\n", value);
  }
  thread.join();
  // [/external_work]
}

rill::coro<> handlers() {
  // [exception_handler]
  rill::event_loop& loop = rill::event_loop::running();
  auto seen = std::make_shared<std::string>();
  loop.set_exception_handler([seen](rill::event_loop&, const rill::exception_context& context) {
    *seen = context.message;
  });
  loop.call_soon([] { throw std::runtime_error("nobody catches this"); });
  co_await rill::yield();
  // [/exception_handler]
  expect(seen->find("nobody catches this") != std::string::npos, "handler");
  loop.set_exception_handler(nullptr);
}

void results() {
  // [result]
  const std::exception_ptr error = std::make_exception_ptr(std::runtime_error("no"));
  rill::result<int> good(std::in_place, 7);
  rill::result<int> bad(error);
  expect(good.value() == 7, "value");
  expect(!bad && bad.error() == error, "error");
  // [/result]
}

rill::coro<> pause() { co_await rill::sleep(1ms); }

void runners() {
  // [runner]
  rill::runner runner;
  runner.run(pause());
  const int code = runner.run([](int value) -> rill::coro<int> { co_return value; }, 0);
  runner.close();  // cancels what is left, waits for it, closes the loop
  // [/runner]
  expect(code == 0, "runner");
}

void embedding() {
  // [embedding]
  rill::event_loop loop;
  auto task = loop.create_task(rill::coro<>(work()));
  loop.run_once(10ms);  // one turn, from within another loop
  task.cancel();
  while (!task.done()) loop.run_once();
  // [/embedding]
  expect(task.cancelled(), "embedding");
}

void reactors() {
  // [reactors]
  for (const rill::reactor_info& info : rill::available_reactors()) {
    std::printf("%s %s\n", std::string(info.name).c_str(),
                info.available ? "works" : info.reason.c_str());
  }
  const rill::event_loop loop({.backend = "poll"});
  // [/reactors]
  expect(loop.backend() == "poll", "reactors");
}

bool has_poll() {
  for (const rill::reactor_info& info : rill::available_reactors()) {
    if (info.name == "poll") return true;
  }
  return false;
}

/// Where there is no such reactor, that is an error.
void reactors_or_refusal() {
  bool refused = false;
  try {
    reactors();
  } catch (const std::invalid_argument&) {
    refused = true;
  }
  expect(refused != has_poll(), "no such reactor");
}

// [socket]
rill::coro<> serve_one(const rill::socket& listener) {
  const rill::socket client = co_await listener.accept();
  std::array<char, 64> buffer;
  const std::size_t received = co_await client.recv(buffer);
  co_await client.send_all(std::string_view(buffer.data(), received));
}

rill::coro<std::string> ask(rill::socket_address address, std::string question) {
  rill::socket connection(address.family(), rill::socket_type::stream);
  co_await connection.connect(address);
  co_await connection.send_all(question);
  std::string answer(question.size(), '\0');
  const std::size_t received = co_await connection.recv(std::span<char>(answer));
  answer.resize(received);
  co_return answer;
}
// [/socket]

rill::coro<> sockets() {
  rill::socket listener(rill::address_family::ipv4, rill::socket_type::stream);
  listener.bind(rill::socket_address::parse("127.0.0.1:0"));
  listener.listen();
  auto serving = rill::create_task(serve_one(listener));
  const std::string answer = co_await ask(listener.local_address(), "echo");
  co_await serving;
  expect(answer == "echo", "socket");
}

rill::coro<int> all() {
  co_await scopes();
  co_await graph();
  co_await callbacks();
  co_await threads();
  co_await handlers();
  co_await sockets();
  co_return 0;
}

}  // namespace

int main() {
  results();
  runners();
  embedding();
  reactors_or_refusal();
  return rill::run(all());
}
