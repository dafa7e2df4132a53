// SPDX-License-Identifier: BSL-1.0
// The loop's clock: time points, durations given by users, and sources of time.
#pragma once

#include <chrono>
#include <cstdint>

namespace rill {

// [loop_clock]
/// The clock of event loops: monotonic, in nanoseconds. Real loops count as
/// std::chrono::steady_clock does; a virtual clock counts from zero. Time points of different loops
/// must not be compared.
struct loop_clock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<loop_clock>;
  static constexpr bool is_steady = true;

  /// The time of the loop that runs in this thread. Throws usage_error when none does.
  static time_point now();
};
// [/loop_clock]

// [time_point]
/// A moment of the loop's clock.
using time_point = loop_clock::time_point;
// [/time_point]

// [time_source]
/// Where a loop takes its time from. The default is the system's monotonic clock;
/// testing::virtual_clock is another.
class time_source {
 public:
  virtual ~time_source() = default;
  time_source(const time_source&) = delete;
  time_source& operator=(const time_source&) = delete;

  /// Nanoseconds since some fixed moment; never goes back.
  virtual std::int64_t now() noexcept = 0;

  /// True when time stands still until advance_to() is called, which the loop does when all its
  /// tasks wait.
  virtual bool is_virtual() const noexcept = 0;
  virtual void advance_to(std::int64_t when) noexcept = 0;
  // [/time_source]

 protected:
  time_source() = default;
};

namespace detail {

/// The latest moment; stands for "never".
inline constexpr std::int64_t never = INT64_MAX;

/// Checks a floating-point count of nanoseconds: NaN throws std::invalid_argument, what is out of
/// range is clamped.
std::int64_t checked_nanoseconds(double nanoseconds);

/// Any duration in nanoseconds, clamped to the range; fractions are rounded up, so that nothing
/// ends too early.
template <class Rep, class Period>
std::int64_t to_nanoseconds(std::chrono::duration<Rep, Period> delay) {
  using floating = std::chrono::duration<double, std::nano>;
  if constexpr (std::chrono::treat_as_floating_point_v<Rep>) {
    return checked_nanoseconds(std::chrono::duration_cast<floating>(delay).count());
  } else {
    constexpr double limit = 9.2e18;
    const double rough = std::chrono::duration_cast<floating>(delay).count();
    if (rough >= limit) return never;
    if (rough <= -limit) return INT64_MIN;
    return std::chrono::ceil<std::chrono::nanoseconds>(delay).count();
  }
}

/// start + delay without overflow.
constexpr std::int64_t saturated_sum(std::int64_t start, std::int64_t delay) noexcept {
  if (delay > 0 && start > never - delay) return never;
  if (delay < 0 && start < INT64_MIN - delay) return INT64_MIN;
  return start + delay;
}

}  // namespace detail
}  // namespace rill
