// SPDX-License-Identifier: BSL-1.0
//
// Async generators that are closed, dropped half-way, or left behind by their loop.
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

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
using rill_test::let_run;

namespace {

/// Yields for ever; writes a letter when it is told to end, and another when that has awaited.
async_generator<int> endless(std::string& log) {
  int next = 0;
  bool closing = false;
  while (!closing) {
    try {
      co_yield next++;
    } catch (const rill::generator_exit&) {
      closing = true;
    }
  }
  log += "x";
  co_await rill::sleep(1s);
  log += "y";
}

async_generator<int> failing_at_close() {
  std::exception_ptr exit;
  try {
    co_yield 1;
  } catch (const rill::generator_exit&) {
    exit = std::current_exception();
  }
  if (exit) throw std::runtime_error("clean-up failed");
}

async_generator<int> yielding_at_close() {
  bool stay = true;
  while (stay) {
    try {
      co_yield 1;
    } catch (const rill::generator_exit&) {  // ignored
    }
  }
}

struct at_end {
  std::string* log;
  char letter;
  ~at_end() { *log += letter; }
};
async_generator<int> with_destructor(std::string& log) {
  const at_end last{&log, 'd'};
  co_yield 1;
  co_yield 2;
}

coro<int> first_of(async_generator<int>& numbers) {
  const auto item = co_await numbers.next();
  co_return item.value_or(-1);
}

}  // namespace

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
  CHECK_THAT(text, Contains("generator_end_test.cpp"));
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

TEST_CASE("a run closes the generators that still live", "[generator]") {
  std::string log;
  async_generator<int> outside;
  const auto body = [](async_generator<int>& to, std::string& text) -> coro<> {
    to = endless(text);
    co_await first_of(to);
  };
  rill::testing::run_virtual(body(outside, log));
  CHECK(log == "xy");
  CHECK_FALSE(outside);
}

TEST_CASE("generators are closed at the same time, each in its own task", "[generator]") {
  std::string log;
  std::vector<async_generator<int>> outside(3);
  rill::testing::virtual_clock clock;
  const auto body = [](std::vector<async_generator<int>>& all, std::string& text) -> coro<> {
    for (async_generator<int>& each : all) {
      each = endless(text);
      co_await first_of(each);
    }
  };
  rill::run(body(outside, log), {.clock = &clock});
  CHECK(log == "xxxyyy");
  CHECK(clock.now() == std::chrono::nanoseconds(1s).count());
}

TEST_CASE("what a close throws at the end of the run is reported", "[generator]") {
  async_generator<int> outside;
  std::vector<std::string> reports;
  const auto body = [](async_generator<int>& to) -> coro<> {
    to = failing_at_close();
    co_await first_of(to);
  };
  rill::runner here;
  here.loop().set_exception_handler(
      [&reports](rill::event_loop&, const rill::exception_context& context) {
        reports.emplace_back(context.message);
      });
  here.run(body(outside));
  here.close();
  REQUIRE(reports.size() == 1);
  CHECK_THAT(reports[0], Contains("clean-up failed"));
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

TEST_CASE("shutdown_asyncgens reports the generator that a task is stepping", "[generator]") {
  rill::testing::step_loop steps;
  std::vector<std::string> reports;
  steps.loop().set_exception_handler(
      [&reports](rill::event_loop&, const rill::exception_context& context) {
        reports.emplace_back(context.message);
      });
  std::string log;
  const auto sleeping = []() -> async_generator<int> {
    co_await rill::sleep(1s);
    co_yield 1;
  };
  async_generator<int> busy = sleeping();
  async_generator<int> idle = endless(log);
  const task<int> one = steps.loop().create_task(first_of(idle));
  const task<int> other = steps.loop().create_task(first_of(busy));
  steps.settle();
  const task<> closing = steps.loop().create_task(steps.loop().shutdown_asyncgens());
  steps.advance(2s);
  CHECK(closing.done());
  CHECK(log == "xy");
  CHECK(other.result() == 1);
  REQUIRE(reports.size() == 1);
  CHECK_THAT(reports[0], Contains("at a step of a task"));
}
