// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/move_on_after.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::move_on_after;
using rill::time_point;

namespace {

coro<std::unique_ptr<int>> owned_after(std::chrono::nanoseconds delay) {
  co_await rill::sleep(delay);
  co_return std::make_unique<int>(1);
}

coro<int&> reference_after(std::chrono::nanoseconds delay, int& to) {
  co_await rill::sleep(delay);
  co_return to;
}

}  // namespace

RILL_TEST_CASE("a value in time, or nothing", "[move_on_after]") {
  const auto in_time = co_await move_on_after(2s, owned_after(1s));
  REQUIRE(in_time.has_value());
  CHECK(**in_time == 1);
  const auto late = co_await move_on_after(2s, owned_after(1h));
  CHECK(!late.has_value());
  CHECK(rill::loop_clock::now() == time_point(3s));
}

RILL_TEST_CASE("a bool for nothing, a pointer for a reference", "[move_on_after]") {
  bool done = co_await move_on_after(2s, rill::sleep(1s));
  CHECK(done);
  done = co_await move_on_after(2s, rill::sleep(1h));
  CHECK(!done);
  int here = 4;
  const int* seen = co_await move_on_after(2s, reference_after(1s, here));
  CHECK(seen == &here);
  seen = co_await move_on_after(2s, reference_after(1h, here));
  CHECK(seen == nullptr);
}

RILL_TEST_CASE("a body with its limit", "[move_on_after]") {
  const auto body = [](rill::timeout_scope& limit) -> coro<int> {
    limit.reschedule_after(5s);
    co_await rill::sleep(4s);
    co_return 3;
  };
  const std::optional<int> value = co_await move_on_after(1s, body);
  CHECK(value == 3);
  const bool done = co_await rill::move_on_at(time_point(6s), rill::sleep(1h));
  CHECK(!done);
  CHECK(rill::loop_clock::now() == time_point(6s));
}

RILL_TEST_CASE("errors and cancellations from outside go on", "[move_on_after]") {
  const auto body = []() -> coro<> { co_await move_on_after(2s, rill::sleep(1h)); };
  const rill::task<> waiting = rill::create_task(body());
  co_await rill::sleep(1s);
  waiting.cancel();
  bool cancelled = false;
  try {
    co_await waiting;
  } catch (const rill::cancelled_error&) {
    cancelled = true;
  }
  CHECK(cancelled);
}
