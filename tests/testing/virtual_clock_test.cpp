// SPDX-License-Identifier: BSL-1.0
#include "rill/testing/virtual_clock.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/external_work.hpp"
#include "rill/loop/run_errors.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "rill/testing/virtual_run.hpp"
#include "support/coroutine_case.hpp"
#include "support/thread_at_work.hpp"

using namespace std::chrono_literals;
using rill::testing::virtual_clock;
using rill::testing::wait_all_tasks_blocked;

RILL_TEST_CASE("virtual time begins at zero and jumps over sleeps", "[virtual_clock]") {
  CHECK(rill::loop_clock::now() == rill::time_point());
  co_await rill::sleep(1h);
  CHECK(rill::loop_clock::now() == rill::time_point(1h));
}

RILL_TEST_CASE("virtual time stands still while anything can run", "[virtual_clock]") {
  for (int i = 0; i < 1000; ++i) co_await rill::yield();
  CHECK(rill::loop_clock::now() == rill::time_point());
}

RILL_TEST_CASE("time jumps to the earliest timer only", "[virtual_clock]") {
  std::vector<int> order;
  rill::event_loop& loop = rill::event_loop::running();
  loop.call_later(3s, [&] { order.push_back(3); });
  loop.call_later(1s, [&] { order.push_back(1); });
  loop.call_later(2s, [&] { order.push_back(2); });
  co_await rill::sleep(2500ms);
  CHECK(order == std::vector<int>{1, 2});
  co_await rill::sleep(1s);
  CHECK(order == std::vector<int>{1, 2, 3});
}

namespace {

rill::coro<> wait_for_nothing() {
  rill::future<> never = rill::create_future();
  co_await never;
}

rill::coro<> two_who_wait() {
  const rill::task<> first = rill::create_task(wait_for_nothing(), {.name = "first waiter"});
  co_await first;
}

}  // namespace

TEST_CASE("tasks that wait for ever fail at once, named, with their awaits", "[virtual_clock]") {
  std::string text;
  try {
    rill::testing::run_virtual(two_who_wait());
  } catch (const rill::deadlock_error& error) {
    text = error.what();
  }
  INFO(text);
  CHECK(text.find("every task waits") != std::string::npos);
  CHECK(text.find("task 'first waiter'") != std::string::npos);
  CHECK(text.find("awaits future at") != std::string::npos);
  CHECK(text.find("virtual_clock_test.cpp:") != std::string::npos);
  CHECK(text.find("wait_for_nothing") != std::string::npos);
  CHECK(text.find("awaits task at") != std::string::npos);
  CHECK(text.find("which is task 'first waiter'") != std::string::npos);
}

RILL_TEST_CASE("time moved on by hand makes timers due in their order", "[virtual_clock]") {
  std::vector<int> order;
  rill::event_loop& loop = rill::event_loop::running();
  loop.call_later(2s, [&] { order.push_back(2); });
  loop.call_later(1s, [&] { order.push_back(1); });
  auto* const clock =
      dynamic_cast<virtual_clock*>(rill::detail::loop_services::of(loop.owner()).source());
  REQUIRE(clock != nullptr);
  clock->advance(5s);
  CHECK(loop.time() == rill::time_point(5s));
  CHECK(order.empty());
  co_await wait_all_tasks_blocked();
  CHECK(order == std::vector<int>{1, 2});
  CHECK(loop.time() == rill::time_point(5s));
}

TEST_CASE("virtual time cannot go back", "[virtual_clock]") {
  virtual_clock clock(10s);
  CHECK(clock.time() == rill::time_point(10s));
  CHECK_THROWS_AS(clock.advance(-1ns), std::invalid_argument);
  clock.advance_to(0);
  CHECK(clock.time() == rill::time_point(10s));
}

RILL_TEST_CASE("wait_all_tasks_blocked waits until the others wait", "[virtual_clock]") {
  int steps = 0;
  const rill::task<> busy = rill::create_task(
      [](int& count) -> rill::coro<> {
        for (int i = 0; i < 50; ++i) {
          co_await rill::yield();
          ++count;
        }
        co_await rill::sleep(1s);
        count = -1;
      },
      std::ref(steps));
  co_await wait_all_tasks_blocked();
  CHECK(steps == 50);
  CHECK(rill::loop_clock::now() == rill::time_point());
  co_await busy;
  CHECK(steps == -1);
}

RILL_TEST_CASE("several tasks may wait for the others to block", "[virtual_clock]") {
  std::vector<int> order;
  const auto waiter = [](std::vector<int>& log, int id) -> rill::coro<> {
    co_await wait_all_tasks_blocked();
    log.push_back(id);
  };
  const rill::task<> first = rill::create_task(waiter, std::ref(order), 1);
  const rill::task<> second = rill::create_task(waiter, std::ref(order), 2);
  co_await first;
  co_await second;
  CHECK(order == std::vector<int>{1, 2});
}

RILL_TEST_CASE("waiting for blocked tasks can be cancelled", "[virtual_clock]") {
  const rill::task<> waiter =
      rill::create_task([]() -> rill::coro<> { co_await wait_all_tasks_blocked(); });
  co_await rill::yield();
  waiter.cancel();
  co_await rill::yield();
  co_await rill::yield();
  CHECK(waiter.cancelled());
}

TEST_CASE("waiting for blocked tasks needs a virtual clock", "[virtual_clock]") {
  rill::loop_options options;
  rill_test::real_clock clock;
  options.clock = &clock;
  rill::event_loop loop(std::move(options));
  const auto wait = []() -> rill::coro<> { co_await wait_all_tasks_blocked(); };
  CHECK_THROWS_AS(loop.run_until_complete(wait()), rill::usage_error);
}

TEST_CASE("a loop closed while a task waits for the others", "[virtual_clock]") {
  rill::testing::step_loop steps;
  const rill::task<> waiter =
      steps.loop().create_task([]() -> rill::coro<> { co_await wait_all_tasks_blocked(); });
  steps.turn();
  steps.loop().close();
  CHECK(waiter.cancelled());
}

RILL_TEST_CASE("while a thread is at work for the loop, time waits for it", "[virtual_clock]") {
  const rill::external_work_guard guard;
  rill::event_loop& loop = rill::event_loop::running();
  rill::future<int> answer = rill::create_future<int>();
  rill_test::thread_at_work helper([&] {
    std::this_thread::sleep_for(20ms);
    loop.call_soon_threadsafe([&] { answer.set_result(7); });
  });
  const int value = co_await answer;
  CHECK(value == 7);
  CHECK(loop.time() == rill::time_point());
}
