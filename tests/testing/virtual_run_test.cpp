// SPDX-License-Identifier: BSL-1.0
#include "rill/testing/virtual_run.hpp"

#include <memory>
#include <stdexcept>
#include <string>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/run_errors.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/idle_reactor.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::testing::case_outcome;
using rill::testing::run_case;
using rill::testing::run_virtual;
using rill::testing::take_reports;

namespace {

rill::loop_options without_io() {
  rill::loop_options options;
  options.custom_reactor = std::make_unique<rill::testing::idle_reactor>();
  return options;
}

rill::coro<int> answer_after(std::chrono::hours time) {
  co_await rill::sleep(time);
  co_return 42;
}

rill::coro<> fail() {
  co_await rill::yield();
  throw std::runtime_error("wrong");
}

rill::coro<> leave_a_sleeper() {
  rill::create_task(answer_after(1h), {.name = "left over"}).detach();
  co_await rill::yield();
}

rill::coro<> leave_one_that_ends() {
  rill::create_task([]() -> rill::coro<> { co_await rill::yield(); }).detach();
  co_return;
}

rill::coro<> leave_a_failure() {
  rill::create_task(fail()).detach();
  co_await rill::yield();
  co_await rill::yield();
}

rill::coro<> expect_a_failure() {
  rill::create_task(fail()).detach();
  co_await rill::yield();
  co_await rill::yield();
  const std::vector<std::string> reports = take_reports();
  if (reports.size() != 1) throw std::logic_error("one report");
}

rill::coro<> fail_while_ending() {
  rill::create_task([]() -> rill::coro<> {
    try {
      co_await rill::sleep(1h);
    } catch (const rill::cancelled_error&) {
      throw std::runtime_error("while ending");
    }
  }).detach();
  co_await rill::yield();
}

rill::coro<> hang() {
  rill::future<> never = rill::create_future();
  co_await never;
}

}  // namespace

TEST_CASE("a virtual run gives the value without waiting", "[virtual_run]") {
  CHECK(run_virtual(answer_after(std::chrono::hours(24 * 365))) == 42);
}

TEST_CASE("a virtual run throws what the coroutine throws", "[virtual_run]") {
  CHECK_THROWS_AS(run_virtual(fail(), without_io()), std::runtime_error);
  CHECK_THROWS_AS(run_virtual(hang(), without_io()), rill::deadlock_error);
}

TEST_CASE("a clean case has no complaints", "[virtual_run]") {
  const case_outcome ended = run_case(leave_one_that_ends(), without_io());
  CHECK(ended.clean());
}

TEST_CASE("a case that throws has an error", "[virtual_run]") {
  const case_outcome failed = run_case(fail(), without_io());
  CHECK_THROWS_AS(std::rethrow_exception(failed.error), std::runtime_error);
  CHECK(!failed.clean());
  const case_outcome hung = run_case(hang(), without_io());
  CHECK_THROWS_AS(std::rethrow_exception(hung.error), rill::deadlock_error);
}

TEST_CASE("a case that leaves a task running is faulted", "[virtual_run]") {
  const case_outcome outcome = run_case(leave_a_sleeper(), without_io());
  CHECK(!outcome.error);
  REQUIRE(outcome.complaints.size() == 1);
  CHECK(outcome.complaints[0].find("left over") != std::string::npos);
  CHECK(outcome.complaints[0].find("awaits sleep at") != std::string::npos);
}

TEST_CASE("a case with an error that nobody sees is faulted", "[virtual_run]") {
  const case_outcome outcome = run_case(leave_a_failure(), without_io());
  CHECK(!outcome.error);
  REQUIRE(outcome.complaints.size() == 1);
  CHECK(outcome.complaints[0].find("wrong") != std::string::npos);
}

TEST_CASE("reports that a case takes are expected", "[virtual_run]") {
  const case_outcome outcome = run_case(expect_a_failure(), without_io());
  CHECK(outcome.clean());
  CHECK(take_reports().empty());
}

TEST_CASE("errors of the teardown are faults too", "[virtual_run]") {
  const case_outcome outcome = run_case(fail_while_ending(), without_io());
  REQUIRE(outcome.complaints.size() == 2);
  CHECK(outcome.complaints[1].find("while ending") != std::string::npos);
}

RILL_IO_TEST_CASE("a case with I/O runs on the reactor it names", "[virtual_run]") {
  CHECK(rill::event_loop::running().backend() == rill_test::current_backend());
  co_await rill::sleep(1h);
  CHECK(rill::loop_clock::now() == rill::time_point(1h));
}

RILL_IO_TEST_CASE("a case in real time has the system's clock", "[virtual_run][real-time]") {
  const auto before = std::chrono::steady_clock::now();
  co_await rill::sleep(2ms);
  CHECK(std::chrono::steady_clock::now() - before >= 2ms);
}

RILL_REACTOR_TEST_CASE("a plain case is told its reactor", "[virtual_run]") {
  rill::event_loop loop(rill_test::backend_options());
  CHECK(loop.backend() == rill_test::current_backend());
}
