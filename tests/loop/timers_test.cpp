// SPDX-License-Identifier: BSL-1.0
//
// call_later() and call_at(): order, numbers, and fairness between timers and ready work.
// Numbers in brackets are those of docs/design/conformance.md.
#include <algorithm>
#include <chrono>
#include <random>
#include <thread>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/idle_reactor.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::testing::step_loop;

TEST_CASE("timers fire in the order of their moments", "[timers]") {
  step_loop steps;
  std::vector<int> log;
  steps.loop().call_later(3s, [&] { log.push_back(3); });
  steps.loop().call_at(rill::time_point(1s), [&] { log.push_back(1); });
  steps.loop().call_later(2s, [&] { log.push_back(2); });
  steps.advance(10s);
  CHECK(log == std::vector<int>{1, 2, 3});
}

TEST_CASE("timers of one moment fire in the order of arming", "[timers]") {
  step_loop steps;
  std::vector<int> log;
  std::vector<int> expected;
  for (int i = 0; i < 1'000; ++i) {
    steps.loop().call_later(1s, [&log, i] { log.push_back(i); });
    expected.push_back(i);
  }
  steps.advance(1s);
  CHECK(log == expected);
}

TEST_CASE("negative delays fire in the next turn, the most negative first [103]", "[timers]") {
  step_loop steps;
  std::vector<int> log;
  steps.loop().call_later(-1s, [&] { log.push_back(1); });
  steps.loop().call_later(-2s, [&] { log.push_back(2); });
  steps.turn();
  CHECK(log == std::vector<int>{2, 1});
}

TEST_CASE("a timer that has not come is not early", "[timers]") {
  step_loop steps;
  bool fired = false;
  steps.loop().call_later(1s, [&] { fired = true; });
  steps.clock().advance(1s - 1ns);
  steps.settle();
  CHECK(!fired);
  steps.clock().advance(1ns);
  steps.settle();
  CHECK(fired);
}

TEST_CASE("a million timers, armed in any order, half of them cancelled", "[timers]") {
  constexpr int count = 1'000'000;
  step_loop steps;
  std::mt19937 dice(7);
  std::int64_t last = -1;
  int fired = 0;
  bool in_order = true;
  std::vector<rill::timer_handle> handles;
  handles.reserve(count);
  for (int i = 0; i < count; ++i) {
    const auto when = static_cast<std::int64_t>(dice() % 1'000'000);
    handles.push_back(
        steps.loop().call_at(rill::time_point(std::chrono::nanoseconds(when)), [&, when] {
          in_order = in_order && when >= last;
          last = when;
          ++fired;
        }));
  }
  for (std::size_t i = 0; i < handles.size(); i += 2) handles[i].cancel();
  handles.clear();
  steps.clock().advance(1s);
  steps.settle();
  CHECK(fired == count / 2);
  CHECK(in_order);
}

namespace {

rill::loop_options real_time() {
  rill::loop_options options;
  options.custom_reactor = std::make_unique<rill::testing::idle_reactor>();
  return options;
}

coro<int> spin_until(const bool& stop) {
  int turns = 0;
  while (!stop) {
    co_await rill::yield();
    ++turns;
  }
  co_return turns;
}

}  // namespace

TEST_CASE("a timer fires while the loop is busy", "[timers]") {
  rill::event_loop loop(real_time());
  bool stop = false;
  const auto before = std::chrono::steady_clock::now();
  loop.call_later(5ms, [&] { stop = true; });
  const int turns = loop.run_until_complete(spin_until(stop));
  const auto took = std::chrono::steady_clock::now() - before;
  CHECK(turns > 0);
  CHECK(took >= 5ms);
  CHECK(took < 2s);
}

TEST_CASE("a timer armed while the loop is busy fires too", "[timers]") {
  rill::event_loop loop(real_time());
  bool stop = false;
  loop.call_soon([&] { loop.call_later(2ms, [&] { stop = true; }); });
  CHECK(loop.run_until_complete(spin_until(stop)) > 0);
}

TEST_CASE("threads are heard while the loop is busy", "[timers]") {
  rill::event_loop loop(real_time());
  bool stop = false;
  std::jthread helper([&] {
    std::this_thread::sleep_for(2ms);
    loop.call_soon_threadsafe([&] { stop = true; });
  });
  CHECK(loop.run_until_complete(spin_until(stop)) > 0);
}

TEST_CASE("short sleeps in real time cost no busy polling", "[timers]") {
  rill::event_loop loop(real_time());
  const auto naps = []() -> coro<> {
    for (const std::chrono::nanoseconds time :
         {std::chrono::nanoseconds(10ms), std::chrono::nanoseconds(1ms),
          std::chrono::nanoseconds(100us), std::chrono::nanoseconds(1us),
          std::chrono::nanoseconds(1ns)}) {
      co_await rill::sleep(time);
    }
  };
  const rill::task<> sleeper = loop.create_task(naps);
  int turns = 0;
  while (!sleeper.done()) {
    loop.run_once(1s);
    ++turns;
  }
  CHECK(turns <= 20);
}

TEST_CASE("a wait longer than a day is a wait", "[timers]") {
  rill::event_loop loop(real_time());
  const rill::timer_handle distant = loop.call_later(std::chrono::years(200), [] {});
  CHECK(loop.time_until_next() > std::chrono::hours(24));
  CHECK(!loop.run_once(1ms));
  distant.cancel();
}
