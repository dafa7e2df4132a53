// SPDX-License-Identifier: BSL-1.0
#include "rill/loop/clock.hpp"

#include <chrono>
#include <cmath>
#include <limits>
#include <ratio>
#include <stdexcept>

#include "rill/core/errors.hpp"
#include "rill/loop/detail/loop_services.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using rill::detail::never;
using rill::detail::saturated_sum;
using rill::detail::to_nanoseconds;

TEST_CASE("durations of every unit become nanoseconds", "[clock]") {
  CHECK(to_nanoseconds(1s) == 1'000'000'000);
  CHECK(to_nanoseconds(2h) == 7'200'000'000'000);
  CHECK(to_nanoseconds(-5us) == -5'000);
  CHECK(to_nanoseconds(std::chrono::duration<double>(0.5)) == 500'000'000);
  CHECK(to_nanoseconds(std::chrono::duration<float, std::milli>(0.25F)) == 250'000);
}

TEST_CASE("fractions of a nanosecond are rounded up", "[clock]") {
  CHECK(to_nanoseconds(std::chrono::duration<int, std::pico>(1)) == 1);
  CHECK(to_nanoseconds(std::chrono::duration<int, std::pico>(1'001)) == 2);
  CHECK(to_nanoseconds(std::chrono::duration<double, std::nano>(0.1)) == 1);
  CHECK(to_nanoseconds(std::chrono::duration<double, std::nano>(-0.9)) == 0);
}

TEST_CASE("what is out of range is clamped, what is no number is refused", "[clock]") {
  using seconds = std::chrono::duration<double>;
  CHECK(to_nanoseconds(seconds(std::numeric_limits<double>::infinity())) == never);
  CHECK(to_nanoseconds(seconds(-std::numeric_limits<double>::infinity())) == INT64_MIN);
  CHECK(to_nanoseconds(std::chrono::years(1'000'000)) == never);
  CHECK(to_nanoseconds(std::chrono::hours::max()) == never);
  CHECK(to_nanoseconds(std::chrono::hours::min()) == INT64_MIN);
  CHECK(to_nanoseconds(std::chrono::nanoseconds::max()) == never);
  CHECK_THROWS_AS(to_nanoseconds(seconds(std::nan(""))), std::invalid_argument);
}

TEST_CASE("sums stay in range", "[clock]") {
  static_assert(saturated_sum(1, 2) == 3);
  static_assert(saturated_sum(1, never) == never);
  static_assert(saturated_sum(never, 1) == never);
  static_assert(saturated_sum(-2, INT64_MIN) == INT64_MIN);
  CHECK(saturated_sum(never, -1) == never - 1);
}

TEST_CASE("the clock of the running loop", "[clock]") {
  CHECK_THROWS_AS(rill::loop_clock::now(), rill::usage_error);
  rill::testing::step_loop steps;
  steps.advance(3s);
  CHECK(steps.in_loop([] { return rill::loop_clock::now(); }) == rill::time_point(3s));
  CHECK(steps.loop().time() == rill::time_point(3s));
}

TEST_CASE("the system's clock does not go back", "[clock]") {
  const std::int64_t before = rill::detail::steady_now();
  const std::int64_t after = rill::detail::steady_now();
  CHECK(after >= before);
}
