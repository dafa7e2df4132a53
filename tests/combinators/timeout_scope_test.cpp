// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/timeout_scope.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "rill/combinators/timeout.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::time_point;
using rill::timeout_scope;

RILL_TEST_CASE("a limit moved before the first wait counts from then on", "[timeout_scope]") {
  const auto body = [](timeout_scope& limit) -> coro<> {
    limit.reschedule_after(3s);
    co_await rill::sleep(2s);
  };
  co_await rill::timeout(1s, body);
  CHECK(rill::loop_clock::now() == time_point(2s));
}

RILL_TEST_CASE("a limit may be moved from other code of the loop", "[timeout_scope]") {
  const auto body = [](timeout_scope& limit) -> coro<> {
    rill::event_loop::running().call_later(500ms, [&limit] { limit.reschedule(time_point(4s)); });
    co_await rill::sleep(3s);
  };
  co_await rill::timeout(1s, body);
  CHECK(rill::loop_clock::now() == time_point(3s));
}

RILL_TEST_CASE("a limit moved into the past strikes in the next turn", "[timeout_scope]") {
  bool late = false;
  const auto body = [](timeout_scope& limit) -> coro<> {
    rill::event_loop::running().call_later(1s, [&limit] { limit.reschedule(time_point()); });
    co_await rill::sleep(1h);
  };
  try {
    co_await rill::timeout(10s, body);
  } catch (const rill::timeout_error&) {
    late = true;
  }
  CHECK(late);
  CHECK(rill::loop_clock::now() == time_point(1s));
}

TEST_CASE("a loop that is closed under a limit takes it down", "[timeout_scope]") {
  rill::testing::step_loop steps;
  const auto body = []() -> coro<> {
    const auto inner = [](timeout_scope& /*limit*/) -> coro<> { co_await rill::sleep(1h); };
    co_await rill::timeout(1s, inner);
  };
  rill::task<> left = steps.loop().create_task(body());
  steps.settle();
  steps.loop().close();
  CHECK(left.cancelled());
}
