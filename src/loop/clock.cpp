// SPDX-License-Identifier: BSL-1.0
#include "rill/loop/clock.hpp"

#include <chrono>
#include <cmath>
#include <string>

#include "rill/base/error.hpp"
#include "rill/loop/detail/loop_services.hpp"

namespace rill {

time_point loop_clock::now() {
  detail::loop_services& loop = detail::loop_services::of(detail::scheduler::require_current());
  return time_point(duration(loop.now()));
}

namespace detail {

std::int64_t steady_now() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::int64_t checked_nanoseconds(double nanoseconds) {
  if (std::isnan(nanoseconds)) throw_invalid_argument("rill: a delay must be a number, not NaN");
  constexpr double limit = 9.2e18;
  if (nanoseconds >= limit) return never;
  if (nanoseconds <= -limit) return INT64_MIN;
  return static_cast<std::int64_t>(std::ceil(nanoseconds));
}

}  // namespace detail
}  // namespace rill
