// SPDX-License-Identifier: BSL-1.0
#include "rill/testing/step_loop.hpp"

#include <stdexcept>
#include <vector>

#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using rill::testing::step_loop;

namespace {

rill::coro<int> three_steps(std::vector<int>& log) {
  log.push_back(1);
  co_await rill::yield();
  log.push_back(2);
  co_await rill::yield();
  log.push_back(3);
  co_return 4;
}

rill::coro<> nap(std::chrono::seconds time, std::vector<int>& log) {
  co_await rill::sleep(time);
  log.push_back(static_cast<int>(time.count()));
}

}  // namespace

TEST_CASE("a turn runs one step of each ready task", "[step_loop]") {
  std::vector<int> log;
  step_loop steps;
  const rill::task<int> task = steps.loop().create_task(three_steps(log));
  CHECK(log.empty());
  CHECK(steps.turn());
  CHECK(log == std::vector<int>{1});
  CHECK(steps.turn());
  CHECK(log == std::vector<int>{1, 2});
  CHECK(!task.done());
  CHECK(steps.turn());
  CHECK(task.done());
  CHECK(task.result() == 4);
  CHECK(!steps.turn());
}

TEST_CASE("settling runs until nothing is ready and time stands still", "[step_loop]") {
  std::vector<int> log;
  step_loop steps;
  const rill::task<int> task = steps.loop().create_task(three_steps(log));
  const rill::task<> sleeper = steps.loop().create_task(nap(1s, log));
  CHECK(steps.settle() == 3);
  CHECK(task.done());
  CHECK(!sleeper.done());
  CHECK(steps.clock().time() == rill::time_point());
}

TEST_CASE("settling complains of what never comes to rest", "[step_loop]") {
  step_loop steps;
  const rill::task<> spinner = steps.loop().create_task([]() -> rill::coro<> {
    while (true) co_await rill::yield();
  });
  CHECK_THROWS_AS(steps.settle(100), rill::usage_error);
}

TEST_CASE("time moves on from timer to timer", "[step_loop]") {
  std::vector<int> log;
  step_loop steps;
  const rill::task<> two = steps.loop().create_task(nap(2s, log));
  const rill::task<> one = steps.loop().create_task(nap(1s, log));
  const rill::task<> nine = steps.loop().create_task(nap(9s, log));
  steps.advance(999ms);
  CHECK(log.empty());
  steps.advance(1ms);
  CHECK(log == std::vector<int>{1});
  steps.advance(4s);
  CHECK(log == std::vector<int>{1, 2});
  CHECK(steps.clock().time() == rill::time_point(5s));
}

TEST_CASE("a function is called inside the loop", "[step_loop]") {
  step_loop steps;
  const bool inside =
      steps.in_loop([&] { return rill::event_loop::running_or_null() == &steps.loop(); });
  CHECK(inside);
  CHECK(rill::event_loop::running_or_null() == nullptr);
  steps.in_loop([](int value) { CHECK(value == 5); }, 5);
  CHECK_THROWS_AS(steps.in_loop([] { throw std::out_of_range("no"); }), std::out_of_range);
}
