// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/combinators/shield.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "combinators/outcomes.hpp"
#include "rill/combinators/wait_for.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/runner.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::cancelled_error;
using rill::coro;
using rill::create_task;
using rill::shield;
using rill::task;
using rill::time_point;
using rill_test::value_after;

namespace {

coro<> shielding(const task<int>& work) { co_await shield(work); }

coro<std::string> outcome_of(const task<>& one) {
  std::string outcome = "done";
  try {
    co_await one;
  } catch (const cancelled_error& error) {
    outcome = "cancelled " + std::string(error.reason());
  } catch (const std::exception& error) {
    outcome = error.what();
  }
  co_return outcome;
}

}  // namespace

RILL_TEST_CASE("a shielded task survives its waiter [39]", "[shield]") {
  const task<int> work = create_task(value_after(2s, 5));
  const task<> waiting = create_task(shielding(work));
  co_await rill::sleep(1s);
  waiting.cancel("outer");
  const std::string outcome = co_await outcome_of(waiting);
  CHECK(outcome == "cancelled outer");
  CHECK(rill::loop_clock::now() == time_point(1s));
  CHECK(!work.done());
  const int value = co_await work;
  CHECK(value == 5);
}

RILL_TEST_CASE("shielded work that is cancelled itself cancels its waiter [40]", "[shield]") {
  const task<int> work = create_task(value_after(2s, 5));
  const task<> waiting = create_task(shielding(work));
  co_await rill::sleep(1s);
  work.cancel("inner");
  const std::string outcome = co_await outcome_of(waiting);
  CHECK(outcome == "cancelled inner");
}

RILL_TEST_CASE("a limit on shielded work leaves it running [70]", "[shield]") {
  const task<int> work = create_task(value_after(2s, 5));
  bool late = false;
  try {
    co_await rill::wait_for(shield(work), 1s);
  } catch (const rill::timeout_error&) {
    late = true;
  }
  CHECK(late);
  CHECK(rill::loop_clock::now() == time_point(1s));
  const int value = co_await shield(work);
  CHECK(value == 5);
}

RILL_TEST_CASE("what is done gives its value, whoever is cancelled", "[shield]") {
  task<std::unique_ptr<int>> work =
      create_task([]() -> coro<std::unique_ptr<int>> { co_return std::make_unique<int>(3); });
  co_await rill::yield();
  rill::current_task().cancel();
  const std::unique_ptr<int> value = co_await shield(std::move(work));
  CHECK(*value == 3);
  rill::current_task().uncancel();
}

RILL_TEST_CASE("a coroutine runs to its end, then the cancellation strikes", "[shield]") {
  std::string log;
  const auto body = [](std::string& to) -> coro<> {
    const int value = co_await shield(value_after(2s, 5));
    to += "value " + std::to_string(value);
    co_await rill::sleep(1s);
    to += " not reached";
  };
  const task<> waiting = create_task(body(log));
  co_await rill::sleep(1s);
  waiting.cancel("outer");
  waiting.cancel("again");
  const std::string outcome = co_await outcome_of(waiting);
  CHECK(outcome == "cancelled again");
  CHECK(log == "value 5");
  CHECK(rill::loop_clock::now() == time_point(2s));
}

RILL_TEST_CASE("clean-up awaits although a cancellation is due, up to a limit", "[shield]") {
  std::string log;
  const auto body = [](std::string& to) -> coro<> {
    rill::current_task().cancel("early");
    co_await shield(rill::sleep(1s), 5s);
    to += "slept ";
    try {
      co_await shield(rill::sleep(1h), 2s);
    } catch (const rill::timeout_error&) {
      to += "limit ";
    }
    co_await rill::yield();
    to += "not reached";
  };
  const task<> cleaning = create_task(body(log));
  const std::string outcome = co_await outcome_of(cleaning);
  CHECK(outcome == "cancelled early");
  CHECK(log == "slept limit ");
  CHECK(rill::loop_clock::now() == time_point(3s));
}

RILL_TEST_CASE("errors go through", "[shield]") {
  const auto failing = []() -> coro<> {
    co_await rill::yield();
    throw std::runtime_error("failed");
  };
  const auto body = [&failing]() -> coro<> { co_await shield(failing()); };
  const task<> one = create_task(body());
  const std::string outcome = co_await outcome_of(one);
  CHECK(outcome == "failed");
}

TEST_CASE("the end of the loop cancels a shielded task, and waits for a shielded coroutine",
          "[shield]") {
  std::string log;
  const auto work = [](std::string& to) -> coro<int> {
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      to += "work-cancelled ";
      throw;
    }
    co_return 1;
  };
  const auto clean_up = [](std::string& to) -> coro<> {
    co_await rill::sleep(1ms);
    to += "clean ";
  };
  const auto in_background = [&clean_up](std::string& to) -> coro<> {
    co_await shield(clean_up(to));
    co_await rill::yield();
    to += "not reached";
  };
  const auto all = [&](std::string& to) -> coro<> {
    const task<int> kept = create_task(work(to));
    create_task(shielding(kept)).detach();
    create_task(in_background(to)).detach();
    co_await rill::yield();
    co_await rill::yield();
  };
  rill::run(all(log));
  CHECK(log.find("work-cancelled ") != std::string::npos);
  CHECK(log.find("clean ") != std::string::npos);
  CHECK(log.find("not reached") == std::string::npos);
}
