// SPDX-License-Identifier: BSL-1.0
// An echo server on plain sockets, a task for each client, and who hears of it when one fails: the
// loop, if nobody keeps the handle; nobody yet, if a list keeps it; the server, if it looks.
// Listings F 3.4.1-a, F 3.4.2-a, F 3.8, F 3.4.3-a, F 3.4.3-b, F 3.4.3-c.
#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

// What the client sends comes back; `boom` is too much for it. The socket is closed with the frame,
// also when the task is cancelled.
rill::coro<> echo(rill::socket client) {
  std::array<char, 1024> room{};
  while (true) {
    const std::size_t count = co_await client.recv(room);
    if (count == 0) co_return;  // the client has left
    const std::string_view data(room.data(), count);
    if (data == "boom\r\n") throw std::runtime_error("unexpected network error");
    co_await client.send_all(data);
  }
}

rill::coro<> echo_and_tell(rill::socket client) {
  try {
    co_await echo(std::move(client));
  } catch (const std::exception& error) {  // a cancellation is none
    say(std::string("logged: ") + error.what());
  }
}

// One task listens; each client has its own, so that a silent one delays nobody.
rill::coro<> dropping_handles(const rill::socket& listener) {
  while (true) {
    rill::socket client = co_await listener.accept();
    rill::create_task(echo(std::move(client))).detach();
  }
}

rill::coro<> keeping_handles(const rill::socket& listener, std::vector<rill::task<>>& clients) {
  while (true) {
    rill::socket client = co_await listener.accept();
    clients.push_back(rill::create_task(echo(std::move(client))));
  }
}

rill::coro<> in_a_group(const rill::socket& listener) {
  const auto body = [&listener](rill::task_group& clients) -> rill::coro<> {
    while (true) {
      rill::socket client = co_await listener.accept();
      clients.create_task(echo_and_tell(std::move(client)));
    }
  };
  co_await rill::with_task_group(body);
}

rill::coro<std::string> ask(const rill::socket& client, std::string text) {
  co_await client.send_all(text);
  std::string answer(100, '\0');
  const std::size_t count = co_await client.recv(std::span<char>(answer));
  co_return count == 0 ? "the end" : answer.substr(0, count - 2);
}

// Three clients: one says nothing, one is served, one says boom.
rill::coro<> visit(const rill::socket& listener) {
  const rill::socket silent = co_await rill::connect_tcp(listener.local_address());
  const rill::socket second = co_await rill::connect_tcp(listener.local_address());
  const rill::socket third = co_await rill::connect_tcp(listener.local_address());
  const std::string hello = co_await ask(second, "hello\r\n");
  say("second client: " + hello);
  const std::string boom = co_await ask(third, "boom\r\n");
  say("third client: " + boom);
  co_await rill::sleep(1s);
  const std::string again = co_await ask(second, "still here\r\n");
  say("second client: " + again);
}

rill::socket listening() {
  rill::socket listener(rill::address_family::ipv4, rill::socket_type::stream);
  listener.set_reuse_address(true);
  listener.bind(rill::socket_address::parse("127.0.0.1:0"));
  listener.listen();
  return listener;
}

rill::coro<> stop(const rill::task<>& serving) {
  const std::vector<rill::task<>> servers(1, serving);
  serving.cancel();
  co_await rill::wait(servers);
}

void tell(rill::event_loop& /*loop*/, const rill::exception_context& context) {
  say("the loop hears: " + rill::describe_exception(context.exception));
}

rill::coro<> recipe() {
  rill::event_loop::running().set_exception_handler(&tell);
  const rill::socket listener = listening();

  say("-- handles dropped");
  const auto dropping = rill::create_task(dropping_handles(listener));
  co_await visit(listener);
  co_await stop(dropping);

  say("-- handles in a list");
  {
    std::vector<rill::task<>> clients;
    const auto keeping = rill::create_task(keeping_handles(listener, clients));
    co_await visit(listener);
    co_await stop(keeping);
    say("the list goes");
  }

  say("-- caught, told, closed");
  const auto grouping = rill::create_task(in_a_group(listener));
  co_await visit(listener);
  co_await stop(grouping);
  say("the server is gone, and its clients with it");
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
