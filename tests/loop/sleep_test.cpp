// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/loop/sleep.hpp"

#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/run_errors.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::task;

RILL_TEST_CASE("a sleep takes its time, not less", "[sleep]") {
  co_await rill::sleep(1500ms);
  CHECK(rill::loop_clock::now() == rill::time_point(1500ms));
  co_await rill::sleep(std::chrono::duration<double>(0.25));
  CHECK(rill::loop_clock::now() == rill::time_point(1750ms));
  co_await rill::sleep(std::chrono::duration<int, std::pico>(1));
  CHECK(rill::loop_clock::now() == rill::time_point(1750ms + 1ns));
}

RILL_TEST_CASE("a sleep until a moment ends then, or at once if it has passed", "[sleep]") {
  co_await rill::sleep_until(rill::time_point(3s));
  CHECK(rill::loop_clock::now() == rill::time_point(3s));
  std::string log;
  rill::event_loop::running().call_soon([&] { log += "queued "; });
  co_await rill::sleep_until(rill::time_point(1s));
  log += "slept";
  CHECK(log == "queued slept");
  CHECK(rill::loop_clock::now() == rill::time_point(3s));
}

RILL_TEST_CASE("a zero sleep lets what was queued before run first [45]", "[sleep]") {
  for (const std::chrono::seconds delay : {0s, -1s}) {
    std::vector<int> log;
    rill::event_loop& loop = rill::event_loop::running();
    loop.call_soon([&] {
      log.push_back(1);
      loop.call_soon([&] { log.push_back(3); });
    });
    co_await rill::sleep(delay);
    log.push_back(2);
    co_await rill::yield();
    CHECK(log == std::vector<int>{1, 2, 3});
  }
  CHECK(rill::loop_clock::now() == rill::time_point());
}

TEST_CASE("a sleep that is no number is refused", "[sleep]") {
  const auto doze = []() -> coro<> {
    co_await rill::sleep(std::chrono::duration<double>(std::nan("")));
  };
  rill::testing::step_loop steps;
  const task<> refused = steps.loop().create_task(doze);
  steps.settle();
  CHECK_THROWS_AS(refused.result(), std::invalid_argument);
}

RILL_TEST_CASE("an endless sleep ends by cancellation only", "[sleep]") {
  const auto doze = []() -> coro<> {
    co_await rill::sleep(std::chrono::duration<double>(std::numeric_limits<double>::infinity()));
  };
  const task<> sleeper = create_task(doze);
  co_await rill::sleep(std::chrono::years(100));
  CHECK(!sleeper.done());
  sleeper.cancel();
  co_await rill::yield();
  CHECK(sleeper.cancelled());
}

TEST_CASE("an endless sleep is a deadlock in virtual time", "[sleep]") {
  const auto doze = []() -> coro<> { co_await rill::sleep(std::chrono::hours::max()); };
  rill::loop_options options;
  rill::testing::virtual_clock clock;
  options.clock = &clock;
  CHECK_THROWS_AS(rill::run(doze(), std::move(options)), rill::deadlock_error);
}

RILL_TEST_CASE("a cancelled sleep disarms its timer", "[sleep]") {
  const auto doze = []() -> coro<> { co_await rill::sleep(1h); };
  const task<> sleeper = create_task(doze);
  co_await rill::yield();
  auto& loop = rill::detail::loop_services::of(rill::event_loop::running().owner());
  CHECK(loop.armed_timers() == 1);
  sleeper.cancel();
  CHECK(loop.armed_timers() == 0);
  co_await rill::yield();
  CHECK(sleeper.cancelled());
}

RILL_TEST_CASE("sleepers with one deadline wake in the order of their sleep", "[sleep]") {
  std::string log;
  const auto doze = [](std::string& text, char letter) -> coro<> {
    co_await rill::sleep(1s);
    text += letter;
  };
  std::vector<task<>> sleepers;
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    sleepers.push_back(create_task(doze, std::ref(log), letter));
  }
  co_await rill::sleep(2s);
  CHECK(log == "abcdefghijklmnopqrstuvwxyz");
}

TEST_CASE("tasks asleep are destroyed with their loop", "[sleep]") {
  rill::testing::step_loop steps;
  const auto doze = []() -> coro<> { co_await rill::sleep(1h); };
  std::vector<task<>> sleepers;
  for (int i = 0; i < 100; ++i) sleepers.push_back(steps.loop().create_task(doze));
  steps.settle();
  steps.loop().close();
  for (const task<>& sleeper : sleepers) CHECK(sleeper.cancelled());
}
