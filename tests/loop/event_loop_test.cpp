// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/loop/event_loop.hpp"

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "rill/core/yield.hpp"
#include "rill/loop/run_errors.hpp"
#include "rill/loop/runner.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/idle_reactor.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/thread_at_work.hpp"
#include "support/witness.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::event_loop;
using rill::testing::step_loop;
using rill_test::witness;

namespace {

rill::loop_options real_time() {
  rill::loop_options options;
  options.custom_reactor = std::make_unique<rill::testing::idle_reactor>();
  return options;
}

coro<int> give(int value) {
  co_await rill::yield();
  co_return value;
}

// The message of the usage_error that `function` throws, or nothing.
template <class Function>
std::string refusal(Function function) {
  try {
    function();
  } catch (const rill::usage_error& error) {
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("callbacks run in order, once, and not in the caller's stack", "[event_loop]") {
  step_loop steps;
  std::vector<int> log;
  steps.loop().call_soon([&] { log.push_back(1); });
  steps.loop().call_soon([&] { log.push_back(2); });
  CHECK(log.empty());
  CHECK(steps.turn());
  CHECK(log == std::vector<int>{1, 2});
  CHECK(!steps.turn());
}

TEST_CASE("what a batch queues waits for the next turn", "[event_loop]") {
  step_loop steps;
  std::vector<int> log;
  steps.loop().call_soon([&] {
    log.push_back(1);
    steps.loop().call_soon([&] { log.push_back(3); });
  });
  steps.loop().call_soon([&] { log.push_back(2); });
  steps.turn();
  CHECK(log == std::vector<int>{1, 2});
  steps.turn();
  CHECK(log == std::vector<int>{1, 2, 3});
}

TEST_CASE("work queued by a timer's callback waits for the next turn [104]", "[event_loop]") {
  step_loop steps;
  std::vector<int> log;
  steps.loop().call_later(1s, [&] {
    log.push_back(1);
    steps.loop().call_soon([&] { log.push_back(2); });
  });
  steps.clock().advance(1s);
  steps.turn();
  CHECK(log == std::vector<int>{1});
  steps.turn();
  CHECK(log == std::vector<int>{1, 2});
}

TEST_CASE("callbacks take arguments, move-only ones too", "[event_loop]") {
  step_loop steps;
  int sum = 0;
  const auto add = [&sum](int left, const std::unique_ptr<int>& right) { sum = left + *right; };
  steps.loop().call_soon(add, 3, std::make_unique<int>(4));
  steps.settle();
  CHECK(sum == 7);
}

TEST_CASE("a callback that throws is reported, the loop goes on", "[event_loop]") {
  step_loop steps;
  std::vector<std::string> reports;
  bool went_on = false;
  steps.loop().set_exception_handler([&](event_loop& loop, const rill::exception_context& context) {
    CHECK(&loop == &steps.loop());
    CHECK(context.exception != nullptr);
    reports.emplace_back(context.message);
  });
  steps.loop().call_soon([] { throw std::runtime_error("soon"); });
  steps.loop().call_later(1s, [] { throw 5; });
  steps.loop().call_soon([&] { went_on = true; });
  steps.advance(2s);
  CHECK(went_on);
  REQUIRE(reports.size() == 2);
  CHECK(reports[0] == "rill: a callback has thrown: soon");
  CHECK(contains(reports[1], "not a std::exception"));
}

TEST_CASE("a handler that throws does not stop the loop", "[event_loop]") {
  step_loop steps;
  int calls = 0;
  bool went_on = false;
  steps.loop().set_exception_handler([&](event_loop&, const rill::exception_context&) {
    ++calls;
    throw std::runtime_error("the handler");
  });
  steps.loop().call_soon([] { throw std::runtime_error("first"); });
  steps.loop().call_soon([&] { went_on = true; });
  steps.settle();
  CHECK(calls == 1);
  CHECK(went_on);
}

TEST_CASE("the handler can be called by hand and replaced", "[event_loop]") {
  step_loop steps;
  std::string last;
  steps.loop().set_exception_handler(
      [&](event_loop&, const rill::exception_context& context) { last = context.message; });
  steps.loop().call_exception_handler({"by hand", nullptr, nullptr});
  CHECK(last == "by hand");
  steps.loop().set_exception_handler([&](event_loop&, const rill::exception_context& context) {
    last = "new " + std::string(context.message);
  });
  steps.loop().call_exception_handler({"message", nullptr, nullptr});
  CHECK(last == "new message");
  steps.loop().set_exception_handler({});
}

TEST_CASE("running until done gives the value or throws the error", "[event_loop]") {
  event_loop loop(real_time());
  CHECK(loop.run_until_complete(give(5)) == 5);
  const auto fail = []() -> coro<> {
    co_await rill::yield();
    throw std::out_of_range("far");
  };
  CHECK_THROWS_AS(loop.run_until_complete(fail()), std::out_of_range);
  const rill::future<int> number = loop.create_future<int>();
  loop.call_soon([&] { number.set_result(6); });
  CHECK(loop.run_until_complete(number) == 6);
  const rill::task<int> task = loop.create_task(give(7));
  CHECK(loop.run_until_complete<int>(task) == 7);
  CHECK(loop.all_tasks().empty());
}

TEST_CASE("a loop stopped before the task is done tells the caller [102]", "[event_loop]") {
  event_loop loop(real_time());
  const auto wait = []() -> coro<int> {
    co_await rill::sleep(1h);
    co_return 1;
  };
  loop.call_soon([&] { loop.stop(); });
  const std::string text = refusal([&] { loop.run_until_complete(wait()); });
  CHECK(contains(text, "stopped before the task was done"));
  CHECK(loop.all_tasks().size() == 1);
}

TEST_CASE("stopping lets the batch finish; what it adds waits for the next run", "[event_loop]") {
  event_loop loop(real_time());
  std::vector<int> log;
  loop.call_soon([&] {
    log.push_back(1);
    loop.stop();
    loop.call_soon([&] {
      log.push_back(3);
      loop.stop();
    });
  });
  loop.call_soon([&] { log.push_back(2); });
  loop.run_forever();
  CHECK(log == std::vector<int>{1, 2});
  loop.run_forever();
  CHECK(log == std::vector<int>{1, 2, 3});
}

TEST_CASE("stopped before it runs, a loop makes one turn", "[event_loop]") {
  event_loop loop(real_time());
  std::vector<int> log;
  loop.call_soon([&] {
    log.push_back(1);
    loop.call_soon([&] { log.push_back(2); });
  });
  loop.stop();
  loop.run_forever();
  CHECK(log == std::vector<int>{1});
}

TEST_CASE("one turn at a time, for loops within loops", "[event_loop]") {
  event_loop loop(real_time());
  CHECK(!loop.run_once());
  CHECK(loop.time_until_next().count() < 0);
  bool ran = false;
  loop.call_soon([&] { ran = true; });
  CHECK(loop.time_until_next().count() == 0);
  CHECK(loop.run_once());
  CHECK(ran);
  const auto before = std::chrono::steady_clock::now();
  CHECK(!loop.run_once(5ms));
  CHECK(std::chrono::steady_clock::now() - before >= 5ms);
  bool late = false;
  loop.call_later(2ms, [&] { late = true; });
  CHECK(loop.time_until_next() <= 2ms);
  CHECK(loop.run_once(10s));
  CHECK(late);
}

TEST_CASE("the running loop is known in its thread", "[event_loop]") {
  CHECK(event_loop::running_or_null() == nullptr);
  CHECK(contains(refusal([] { event_loop::running(); }), "no event loop runs in this thread"));
  event_loop loop(real_time());
  event_loop* seen = nullptr;
  loop.call_soon([&] {
    seen = &event_loop::running();
    CHECK(loop.is_running());
    loop.stop();
  });
  CHECK(!loop.is_running());
  loop.run_forever();
  CHECK(seen == &loop);
  CHECK(event_loop::running_or_null() == nullptr);
}

TEST_CASE("nested runs are refused", "[event_loop]") {
  event_loop loop(real_time());
  event_loop other(real_time());
  std::string same;
  std::string second;
  std::string by_run;
  std::string closing;
  loop.call_soon([&] {
    same = refusal([&] { loop.run_forever(); });
    second = refusal([&] { other.run_until_complete(give(1)); });
    by_run = refusal([&] { rill::run(give(1), real_time()); });
    closing = refusal([&] { loop.close(); });
    loop.stop();
  });
  loop.run_forever();
  CHECK(contains(same, "this event loop is running already"));
  CHECK(contains(second, "another event loop is running in this thread"));
  CHECK(contains(by_run, "another event loop is running in this thread"));
  CHECK(contains(closing, "cannot be closed"));
  CHECK(other.run_until_complete(give(3)) == 3);
}

TEST_CASE("on a closed loop everything is refused", "[event_loop]") {
  event_loop loop(real_time());
  loop.close();
  loop.close();
  CHECK(loop.is_closed());
  const char* const closed = "this event loop is closed";
  CHECK(contains(refusal([&] { loop.run_forever(); }), closed));
  CHECK(contains(refusal([&] { loop.run_once(); }), closed));
  CHECK(contains(refusal([&] { loop.run_until_complete(give(1)); }), closed));
  CHECK(contains(refusal([&] { loop.stop(); }), closed));
  CHECK(contains(refusal([&] { loop.call_soon([] {}); }), closed));
  CHECK(contains(refusal([&] { loop.call_later(1s, [] {}); }), closed));
  CHECK(contains(refusal([&] { loop.call_at(rill::time_point(), [] {}); }), closed));
  CHECK(contains(refusal([&] { loop.call_soon_threadsafe([] {}); }), closed));
  CHECK(contains(refusal([&] { loop.create_task(give(1)).detach(); }), closed));
  CHECK(contains(refusal([&] { static_cast<void>(loop.create_future<int>()); }), closed));
  CHECK(contains(refusal([&] { loop.add_reader(0, [] {}); }), closed));
  CHECK(contains(refusal([&] { loop.add_writer(0, [] {}); }), closed));
  CHECK(contains(refusal([&] { loop.add_shutdown_hook([]() -> coro<> { co_return; }); }), closed));
}

TEST_CASE("closing drops callbacks, timers and tasks, with what they hold", "[event_loop]") {
  int alive = 0;
  int ran = 0;
  event_loop loop(real_time());
  const rill::callback_handle soon = loop.call_soon([held = witness(alive), &ran] { ++ran; });
  const rill::timer_handle later = loop.call_later(1h, [held = witness(alive), &ran] { ++ran; });
  loop.call_soon_threadsafe([held = witness(alive), &ran] { ++ran; });
  loop.add_shutdown_hook([held = witness(alive)]() -> coro<> { co_return; });
  loop.set_exception_handler(
      [held = witness(alive)](event_loop&, const rill::exception_context&) {});
  const auto hold = [](witness held) -> coro<bool> {
    co_await rill::sleep(1h);
    co_return held.holds();
  };
  const rill::task<bool> never_run = loop.create_task(hold, witness(alive));
  CHECK(alive == 6);
  loop.close();
  CHECK(alive == 0);
  CHECK(ran == 0);
  CHECK(never_run.cancelled());
  soon.cancel();
  later.cancel();
}

TEST_CASE("use from another thread is refused in debug mode", "[event_loop]") {
  rill::loop_options options = real_time();
  options.debug = true;
  event_loop loop(std::move(options));
  CHECK(loop.get_debug());
  std::string text;
  loop.call_soon([&] {
    std::jthread([&] { text = refusal([&] { loop.call_soon([] {}); }); }).join();
    loop.stop();
  });
  loop.run_forever();
  CHECK(contains(text, "use call_soon_threadsafe()"));
}

TEST_CASE("debug mode reports steps that hold the loop", "[event_loop]") {
  event_loop loop(real_time());
  std::vector<std::string> reports;
  loop.set_exception_handler([&](event_loop&, const rill::exception_context& context) {
    reports.emplace_back(context.message);
  });
  CHECK(loop.slow_callback_duration() == 100ms);
  loop.set_slow_callback_duration(2ms);
  const auto block = [&] {
    loop.call_soon([] { std::this_thread::sleep_for(4ms); });
    loop.run_once();
  };
  block();
  CHECK(reports.empty());
  loop.set_debug(true);
  block();
  REQUIRE(reports.size() == 1);
  CHECK(contains(reports[0], "has held the loop for"));
  loop.call_soon([] {});
  loop.run_once();
  CHECK(reports.size() == 1);
}

TEST_CASE("a real loop that nothing can wake says so, once", "[event_loop]") {
  event_loop loop(real_time());
  std::vector<std::string> reports;
  loop.set_exception_handler([&](event_loop&, const rill::exception_context& context) {
    reports.emplace_back(context.message);
  });
  const rill::future<> gate = loop.create_future();
  const auto wait = [](rill::future<> opened) -> coro<> { co_await opened; };
  const rill::task<> stuck = loop.create_task(rill::task_options{.name = "stuck"}, wait, gate);
  rill_test::thread_at_work rescuer([&] {
    std::this_thread::sleep_for(1500ms);
    loop.call_soon_threadsafe([&] { gate.set_result(); });
  });
  loop.run_until_complete<void>(stuck);
  REQUIRE(reports.size() == 1);
  INFO(reports[0]);
  CHECK(contains(reports[0], "nothing that this loop knows of can ever wake one"));
  CHECK(contains(reports[0], "task 'stuck'"));
  CHECK(contains(reports[0], "awaits future at"));
}

RILL_TEST_CASE("shutdown hooks run last in, first out, each once", "[event_loop]") {
  event_loop& loop = event_loop::running();
  std::string log;
  const auto hook = [](std::string& text, char letter) -> coro<> {
    co_await rill::yield();
    text += letter;
  };
  loop.add_shutdown_hook([&] { return hook(log, 'a'); });
  loop.add_shutdown_hook([&]() -> coro<> { throw std::runtime_error("hook"); });
  loop.add_shutdown_hook([&] { return hook(log, 'b'); });
  co_await loop.run_shutdown_hooks();
  co_await loop.run_shutdown_hooks();
  CHECK(log == "ba");
  CHECK(rill::testing::take_reports().size() == 1);
}
