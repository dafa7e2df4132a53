// SPDX-License-Identifier: BSL-1.0
//
// Ctrl-C during a run, on Windows, whose handler runs in a thread of its own or within raise().
// With a console it is in tests/exec/process_windows_test.cpp; interrupt_test.cpp has the POSIX
// ones.
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/run_errors.hpp"
#include "rill/loop/runner.hpp"
#include "rill/loop/sleep.hpp"
#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using rill::coro;

coro<> wait_for_ever() {
  rill::event_loop::running().call_later(1ms, [] { std::raise(SIGINT); });
  co_await rill::sleep(1h);
}

coro<> wait_for_a_thread() {
  std::thread other([] { std::raise(SIGINT); });
  other.detach();
  co_await rill::sleep(1h);
}

coro<std::string> swallow() {
  rill::event_loop::running().call_later(1ms, [] { std::raise(SIGINT); });
  std::string told;
  try {
    co_await rill::sleep(1h);
  } catch (const rill::cancelled_error& error) {
    told = error.reason();
  }
  co_return told;
}

coro<> nothing() { co_return; }

coro<> never_waits() {
  rill::event_loop::running().call_later(1ms, [] { std::raise(SIGINT); });
  while (true) co_await rill::yield();
}

coro<> wait_for_a_moment() { co_await rill::sleep(1ms); }

void own_handler(int /*number*/) {}

/// What is installed, which is left as it is.
auto installed() {
  const auto present = std::signal(SIGINT, SIG_DFL);
  std::signal(SIGINT, present);
  return present;
}

}  // namespace

TEST_CASE("an interrupt cancels the main task of a run, once", "[interrupt]") {
  CHECK_THROWS_AS(rill::run(wait_for_ever()), rill::interrupted_error);
  CHECK(installed() == SIG_DFL);
  CHECK_THROWS_AS(rill::run(wait_for_a_thread()), rill::interrupted_error);
  CHECK(installed() == SIG_DFL);
}

TEST_CASE("a main task that swallows an interrupt gives its value", "[interrupt]") {
  CHECK(rill::run(swallow()) == "interrupted");
}

TEST_CASE("a handler of the program is left alone", "[interrupt]") {
  std::signal(SIGINT, &own_handler);
  rill::run(nothing());
  CHECK(installed() == &own_handler);
  std::signal(SIGINT, SIG_DFL);
}

TEST_CASE("an interrupt reaches a main task that never waits", "[interrupt]") {
  CHECK_THROWS_AS(rill::run(never_waits()), rill::interrupted_error);
}

TEST_CASE("a run in another thread leaves interrupts alone", "[interrupt]") {
  bool left_alone = false;
  std::thread([&left_alone] {
    rill::run(wait_for_a_moment());
    left_alone = installed() == SIG_DFL;
  }).join();
  CHECK(left_alone);
  CHECK(installed() == SIG_DFL);
}
