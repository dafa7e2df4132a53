// SPDX-License-Identifier: BSL-1.0
#include "rill/loop/external_work.hpp"

#include <memory>
#include <thread>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/run_errors.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/idle_reactor.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/thread_at_work.hpp"

using namespace std::chrono_literals;
using rill::coro;

TEST_CASE("a guard needs a running loop", "[external_work]") {
  CHECK_THROWS_AS(rill::external_work_guard(), rill::usage_error);
}

TEST_CASE("a guard may outlive its loop", "[external_work]") {
  std::unique_ptr<rill::external_work_guard> guard;
  {
    rill::testing::step_loop steps;
    steps.in_loop([&] { guard = std::make_unique<rill::external_work_guard>(); });
  }
  guard.reset();
  SUCCEED("nothing was touched that is gone");
}

RILL_TEST_CASE("while a guard exists, virtual time waits for the thread", "[external_work]") {
  rill::event_loop& loop = rill::event_loop::running();
  rill::future<> arrived = rill::create_future();
  bool timer_fired = false;
  const rill::timer_handle timer = loop.call_later(1h, [&] { timer_fired = true; });
  {
    const rill::external_work_guard guard;
    rill_test::thread_at_work helper([&] {
      std::this_thread::sleep_for(10ms);
      loop.call_soon_threadsafe([&] { arrived.set_result(); });
    });
    co_await arrived;
  }
  CHECK(!timer_fired);
  timer.cancel();
}

TEST_CASE("without a guard, waiting for a thread is a deadlock in virtual time",
          "[external_work]") {
  rill::testing::virtual_clock clock;
  rill::loop_options options;
  options.custom_reactor = std::make_unique<rill::testing::idle_reactor>();
  options.clock = &clock;
  rill::event_loop loop(std::move(options));
  const rill::future<> never = loop.create_future();
  CHECK_THROWS_AS(loop.run_until_complete(never), rill::deadlock_error);
}
