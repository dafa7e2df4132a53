// SPDX-License-Identifier: BSL-1.0
//
// What the end of a run does with async generators.
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

TEST_CASE("the end of a run closes the newest generator first, one after the other",
          "[generator]") {
  std::string log;
  std::vector<async_generator<int>> outside(2);
  rill::testing::virtual_clock clock;
  const auto named = [](std::string& to, char name) -> async_generator<int> {
    const at_end last{&to, name};
    bool closing = false;
    while (!closing) {
      try {
        co_yield 1;
      } catch (const rill::generator_exit&) {
        closing = true;
      }
    }
    co_await rill::sleep(1s);
  };
  const auto body = [&named](std::vector<async_generator<int>>& all, std::string& text) -> coro<> {
    all[0] = named(text, 'a');
    all[1] = named(text, 'b');
    co_await first_of(all[0]);
    co_await first_of(all[1]);
  };
  rill::run(body(outside, log), {.clock = &clock});
  CHECK(log == "ba");
  CHECK(clock.now() == std::chrono::nanoseconds(2s).count());
}

namespace {

/// Has a source that refers to what it owns.
async_generator<int> outer_of(std::string& log) {
  const auto own = std::make_unique<std::string>("inner");
  const auto inner_of = [](std::string& to, const std::string& text) -> async_generator<int> {
    bool closing = false;
    while (!closing) {
      try {
        co_yield 1;
      } catch (const rill::generator_exit&) {
        closing = true;
      }
    }
    co_await rill::sleep(1s);
    to += text;
  };
  async_generator<int> inner = inner_of(log, *own);
  std::exception_ptr exit;
  while (!exit) {
    const auto item = co_await inner.next();
    try {
      co_yield item.value_or(-1);
    } catch (...) {
      exit = std::current_exception();
    }
  }
  co_await inner.aclose();
  log += " outer";
}

}  // namespace

TEST_CASE("a generator inside another is closed before that", "[generator]") {
  std::string log;
  async_generator<int> outside;
  const auto body = [](async_generator<int>& to, std::string& text) -> coro<> {
    to = outer_of(text);
    co_await first_of(to);
  };
  rill::testing::run_virtual(body(outside, log));
  CHECK(log == "inner outer");
}

TEST_CASE("the end of a run waits for the close of what was dropped, also by the end itself",
          "[generator]") {
  std::string log;
  const auto drops = [](std::string& to) -> coro<> {
    async_generator<int> numbers = endless(to);
    co_await first_of(numbers);
  };
  const auto drops_when_cancelled = [](std::string& to) -> coro<> {
    async_generator<int> numbers = endless(to);
    co_await first_of(numbers);
    co_await rill::sleep(1h);
  };
  rill::testing::run_virtual(drops(log));
  CHECK(log == "xy");
  log.clear();
  const auto body = [&drops_when_cancelled](std::string& to) -> coro<> {
    create_task(drops_when_cancelled(to)).detach();
    co_await let_run();
  };
  const rill::testing::case_outcome outcome = rill::testing::run_case(body(log));
  CHECK(outcome.complaints.size() == 1);  // of the task that was left running, and no more
  CHECK(log == "xy");
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
