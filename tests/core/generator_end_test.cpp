// SPDX-License-Identifier: BSL-1.0
//
// Async generators that are closed, dropped half-way, or left behind by their loop. What the end of
// a run does is in generator_shutdown_test.cpp.
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/ending_generators.hpp"
#include "rill/core/async_generator.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/runner.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "rill/testing/virtual_run.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using Catch::Contains;
using rill::async_generator;
using rill::coro;
using rill::create_task;
using rill::task;
using rill_test::at_end;
using rill_test::endless;
using rill_test::failing_at_close;
using rill_test::first_of;
using rill_test::let_run;
using rill_test::with_destructor;
using rill_test::yielding_at_close;

RILL_TEST_CASE("aclose awaits the clean-up, and may be repeated", "[generator]") {
  std::string log;
  async_generator<int> numbers = endless(log);
  const int first = co_await first_of(numbers);
  CHECK(first == 0);
  const rill::time_point before = rill::loop_clock::now();
  co_await numbers.aclose();
  CHECK(log == "xy");
  CHECK(rill::loop_clock::now() == before + 1s);
  CHECK_FALSE(numbers);
  co_await numbers.aclose();
  const auto behind = co_await numbers.next();
  CHECK_FALSE(behind);
  CHECK(log == "xy");
}

RILL_TEST_CASE("aclose before the first step runs nothing", "[generator]") {
  std::string log;
  async_generator<int> numbers = with_destructor(log);
  co_await numbers.aclose();
  const auto behind = co_await numbers.next();
  CHECK_FALSE(behind);
  CHECK(log.empty());
}

RILL_TEST_CASE("destructors of a body run when it is closed", "[generator]") {
  std::string log;
  async_generator<int> numbers = with_destructor(log);
  co_await first_of(numbers);
  co_await numbers.aclose();
  CHECK(log == "d");
}

RILL_TEST_CASE("an error of the clean-up comes out of aclose", "[generator]") {
  async_generator<int> numbers = failing_at_close();
  co_await first_of(numbers);
  std::string text;
  try {
    co_await numbers.aclose();
  } catch (const std::runtime_error& error) {
    text = error.what();
  }
  CHECK(text == "clean-up failed");
  CHECK_FALSE(numbers);
}

RILL_TEST_CASE("yielding while being closed is an error, and may be tried again", "[generator]") {
  async_generator<int> numbers = yielding_at_close();
  co_await first_of(numbers);
  std::string text;
  try {
    co_await numbers.aclose();
  } catch (const rill::usage_error& error) {
    text = error.what();
  }
  CHECK_THAT(text, Contains("ending_generators.hpp:"));
  CHECK_THAT(text, Contains("let generator_exit pass"));
  const auto next = co_await numbers.next();
  CHECK(next == 1);
  numbers = async_generator<int>();
  co_await let_run();
  const std::vector<std::string> reports = rill::testing::take_reports();
  REQUIRE(reports.size() == 1);
  CHECK_THAT(reports[0], Contains("yielded while it was closed"));
}

RILL_TEST_CASE("one that is dropped half-way is closed by its loop, in a task", "[generator]") {
  std::string log;
  {
    async_generator<int> numbers = endless(log);
    co_await first_of(numbers);
  }
  CHECK(log.empty());
  co_await let_run();
  CHECK(log == "x");
  co_await rill::sleep(2s);
  CHECK(log == "xy");
}

RILL_TEST_CASE("assigning over a generator drops the one that was there", "[generator]") {
  std::string log;
  async_generator<int> numbers = endless(log);
  co_await first_of(numbers);
  numbers = with_destructor(log);
  co_await rill::sleep(2s);
  CHECK(log == "xy");
  const int first = co_await first_of(numbers);
  CHECK(first == 1);
  co_await numbers.aclose();
}

RILL_TEST_CASE("what the close of a dropped one throws is reported", "[generator]") {
  {
    async_generator<int> numbers = failing_at_close();
    co_await first_of(numbers);
  }
  co_await let_run();
  const std::vector<std::string> reports = rill::testing::take_reports();
  REQUIRE(reports.size() == 1);
  CHECK_THAT(reports[0], Contains("left half-way"));
  CHECK_THAT(reports[0], Contains("clean-up failed"));
}

RILL_TEST_CASE("one that was dropped before its first step never runs", "[generator]") {
  std::string log;
  {
    const async_generator<int> numbers = with_destructor(log);
  }
  co_await let_run();
  CHECK(log.empty());
}

RILL_TEST_CASE("one that is dropped while a task is at a step ends behind the step",
               "[generator]") {
  std::string log;
  const auto body = [](std::string& to) -> async_generator<int> {
    const at_end last{&to, 'd'};
    co_await rill::sleep(1s);
    co_yield 1;
    to += "never";
  };
  auto numbers = std::make_unique<async_generator<int>>(body(log));
  const task<int> step = create_task(first_of(*numbers));
  co_await let_run();
  numbers.reset();
  CHECK(log.empty());
  const int item = co_await step;
  co_await let_run();
  CHECK(item == 1);
  CHECK(log == "d");
}

RILL_TEST_CASE("a closing task that is cancelled is still a close", "[generator]") {
  std::string log;
  {
    async_generator<int> numbers = endless(log);
    co_await first_of(numbers);
  }
  // Before its first step, then in its clean-up.
  for (const rill::any_task& each : rill::all_tasks()) {
    if (each.name() == "close of an async generator") each.cancel();
  }
  co_await let_run();
  CHECK(log == "x");
  for (const rill::any_task& each : rill::all_tasks()) {
    if (each.name() == "close of an async generator") each.cancel();
  }
  co_await rill::sleep(2s);
  CHECK(log == "x");
}

TEST_CASE("a generator whose loop is closed has its frame destroyed as it stands", "[generator]") {
  std::string log;
  async_generator<int> numbers = with_destructor(log);
  {
    rill::testing::step_loop steps;
    const task<int> step = steps.loop().create_task(first_of(numbers));
    steps.settle();
    CHECK(step.result() == 1);
  }
  CHECK(log.empty());
  CHECK(numbers);
  numbers = async_generator<int>();
  CHECK(log == "d");
}

TEST_CASE("a loop that is closed in the middle of a step ends the generator", "[generator]") {
  std::string log;
  const auto body = [](std::string& to) -> async_generator<int> {
    const at_end last{&to, 'd'};
    co_await rill::sleep(1h);
    co_yield 1;
  };
  async_generator<int> numbers = body(log);
  {
    rill::testing::step_loop steps;
    const task<int> step = steps.loop().create_task(first_of(numbers));
    steps.settle();
  }
  CHECK(log == "d");
  CHECK_FALSE(numbers);
}

TEST_CASE("a closing task goes with its loop, and the generator with it", "[generator]") {
  std::string log;
  {
    rill::testing::step_loop steps;
    const auto dropping = [](std::string& to) -> coro<> {
      async_generator<int> numbers = with_destructor(to);
      co_await first_of(numbers);
    };
    const task<> step = steps.loop().create_task(dropping(log));
    steps.turn();
    CHECK(step.done());
    CHECK(log.empty());
  }
  CHECK(log == "d");
}
