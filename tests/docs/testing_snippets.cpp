// SPDX-License-Identifier: BSL-1.0
// The pieces of docs/reference/testing.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rill/rill.hpp"
#include "rill/testing.hpp"

using namespace std::chrono_literals;

namespace {

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("testing: %s\n", what);
  std::exit(1);
}

// [virtual_clock]
rill::coro<int> retry_for_a_day() {
  int attempts = 0;
  while (rill::loop_clock::now() < rill::time_point(24h)) {
    ++attempts;
    co_await rill::sleep(1h);
  }
  co_return attempts;
}

int attempts_of_a_day() {
  rill::testing::virtual_clock clock;
  rill::loop_options options;
  options.clock = &clock;
  return rill::run(retry_for_a_day(), std::move(options));  // 24, in a moment
}
// [/virtual_clock]

// [blocked]
rill::coro<bool> both_are_asleep() {
  const auto nap = []() -> rill::coro<> { co_await rill::sleep(1s); };
  const rill::task<> first = rill::create_task(nap);
  const rill::task<> second = rill::create_task(nap);
  co_await rill::testing::wait_all_tasks_blocked();
  const bool time_stood_still = rill::loop_clock::now() == rill::time_point();
  co_await first;
  co_await second;
  co_return time_stood_still;
}
// [/blocked]

// [virtual_run]
rill::coro<> forgets_a_task() {
  const auto nap = []() -> rill::coro<> { co_await rill::sleep(1h); };
  rill::create_task(rill::task_options{.name = "forgotten"}, nap).detach();
  co_await rill::yield();
}

std::string what_is_wrong() {
  const rill::testing::case_outcome outcome = rill::testing::run_case(forgets_a_task());
  return outcome.clean() ? std::string() : outcome.complaints.front();
}
// [/virtual_run]

// [step_loop]
bool a_sleeper_wakes_in_time() {
  const auto nap = []() -> rill::coro<> { co_await rill::sleep(1s); };
  rill::testing::step_loop steps;
  const rill::task<> sleeper = steps.loop().create_task(nap);
  steps.turn();  // runs to the sleep
  steps.advance(999ms);
  const bool early = sleeper.done();
  steps.advance(1ms);
  return !early && sleeper.done();
}
// [/step_loop]

// [idle_reactor]
rill::loop_options without_io() {
  rill::loop_options options;
  options.custom_reactor = std::make_unique<rill::testing::idle_reactor>();
  return options;
}
// [/idle_reactor]

}  // namespace

int main() {
  expect(attempts_of_a_day() == 24, "virtual_clock");
  expect(rill::testing::run_virtual(both_are_asleep()), "blocked");
  expect(what_is_wrong().find("forgotten") != std::string::npos, "virtual_run");
  expect(a_sleeper_wakes_in_time(), "step_loop");
  rill::event_loop loop(without_io());
  expect(loop.backend() == "idle", "idle_reactor");
}
