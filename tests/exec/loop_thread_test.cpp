// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/loop_thread.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "rill/combinators/with.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/exec/to_thread.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"

using namespace std::chrono_literals;
using rill::executor_future;
using rill::loop_thread;

namespace {

rill::coro<int> add(int a, int b) {
  co_await rill::yield();
  co_return a + b;
}

rill::coro<> fail() {
  co_await rill::yield();
  throw std::runtime_error("failed");
}

rill::coro<std::thread::id> where() { co_return std::this_thread::get_id(); }

rill::coro<> wait_for_ever(std::string& log) {
  try {
    co_await rill::sleep(1h);
  } catch (const rill::cancelled_error&) {
    log += "cancelled";
    throw;
  }
}

loop_thread on_backend() { return loop_thread({.backend = rill_test::current_backend()}); }

}  // namespace

RILL_REACTOR_TEST_CASE("a thread without a loop runs coroutines", "[loop_thread]") {
  loop_thread portal = on_backend();
  CHECK(portal.run(add, 2, 3) == 5);
  CHECK_THROWS_AS(portal.run(fail), std::runtime_error);
  CHECK(portal.run(where) != std::this_thread::get_id());
  CHECK(portal.run(where) == portal.run(where));
  const auto make = []() -> rill::coro<std::unique_ptr<int>> {
    co_return std::make_unique<int>(7);
  };
  CHECK(*portal.run(make) == 7);
}

RILL_REACTOR_TEST_CASE("an ordinary function is called in the loop's thread", "[loop_thread]") {
  loop_thread portal = on_backend();
  const auto backend = [] { return std::string(rill::event_loop::running().backend()); };
  CHECK(portal.call(backend) == rill_test::current_backend());
  portal.call([] {});
}

RILL_REACTOR_TEST_CASE("what was submitted can be waited for and cancelled", "[loop_thread]") {
  loop_thread portal = on_backend();
  std::string log;
  const executor_future<> waiting = portal.submit(wait_for_ever, std::ref(log));
  const executor_future<int> sum = portal.submit(add, 1, 1);
  CHECK(sum.result() == 2);
  CHECK(!waiting.done());
  CHECK(!waiting.cancel());
  CHECK_THROWS_AS(waiting.result(), rill::cancelled_error);
  CHECK(waiting.cancelled());
  CHECK(log == "cancelled");
}

RILL_REACTOR_TEST_CASE("the end cancels what is left, and refuses more", "[loop_thread]") {
  std::string log;
  executor_future<> waiting;
  loop_thread portal = on_backend();
  waiting = portal.submit(wait_for_ever, std::ref(log));
  CHECK(portal.run(add, 1, 1) == 2);
  portal.stop();
  CHECK(log == "cancelled");
  CHECK(waiting.cancelled());
  CHECK_THROWS_AS(portal.submit(add, 1, 1), rill::usage_error);
  portal.stop();
}

RILL_REACTOR_TEST_CASE("the end waits for the loop's default executor", "[loop_thread]") {
  bool ended = false;
  {
    loop_thread portal = on_backend();
    const auto work = [&ended]() -> rill::coro<> {
      const rill::future<> left = rill::to_thread([&ended] {
        std::this_thread::sleep_for(2ms);
        ended = true;
      });
      co_return;
    };
    portal.run(work);
  }
  CHECK(ended);
}

TEST_CASE("a reactor that there is not is told by the constructor", "[loop_thread]") {
  CHECK_THROWS_AS(loop_thread({.backend = "none such"}), std::invalid_argument);
}

RILL_IO_TEST_CASE("a task awaits what another loop does", "[loop_thread]") {
  loop_thread other;
  const int sum = co_await other.submit(add, 2, 2);
  CHECK(sum == 4);
  co_await rill_test::must_throw<std::runtime_error>(
      [&other]() -> rill::coro<> { co_await other.submit(fail); }());
  CHECK_THROWS_AS(other.run(add, 1, 1), rill::usage_error);
  CHECK_THROWS_AS(other.stop(), rill::usage_error);
  co_await other.aclose();
  co_await other.aclose();
}

RILL_IO_TEST_CASE("a task that gives up cancels what the other loop does", "[loop_thread]") {
  std::string log;
  const auto body = [&log](loop_thread& other) -> rill::coro<> {
    const executor_future<> left = other.submit(wait_for_ever, std::ref(log));
    const auto wait = [&left]() -> rill::coro<> { co_await left; };
    const rill::task<> waiting = rill::create_task(wait);
    const int sum = co_await other.submit(add, 1, 1);
    CHECK(sum == 2);
    waiting.cancel();
    while (!left.done()) co_await rill::yield();
    CHECK(left.cancelled());
  };
  co_await rill::with(loop_thread(), body);
  CHECK(log == "cancelled");
}

RILL_IO_TEST_CASE("a loop_thread that goes in a coroutine does not block it", "[loop_thread]") {
  executor_future<int> sum;
  {
    loop_thread other;
    sum = other.submit(add, 1, 1);
  }
  while (!sum.done()) co_await rill::yield();
  CHECK((sum.cancelled() || sum.result() == 2));
}

RILL_IO_TEST_CASE("a loop does not wait for its own end", "[loop_thread]") {
  auto other = std::make_shared<loop_thread>();
  const auto close = [](std::shared_ptr<loop_thread> self) -> rill::coro<> {
    co_await self->aclose();
  };
  co_await rill_test::must_throw<rill::usage_error>(
      [&]() -> rill::coro<> { co_await other->submit(close, other); }());
  co_await other->aclose();
}
