// SPDX-License-Identifier: BSL-1.0
// sleep, sleep_until and yield.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>

#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/clock.hpp"
#include "rill/loop/detail/loop_services.hpp"

namespace rill {

namespace detail {

class [[nodiscard]] sleep_awaiter final : public parking_awaiter,
                                          public native_awaiter,
                                          private timer_node {
 public:
  enum class kind : std::uint8_t { delay, moment };

  sleep_awaiter(kind how, std::int64_t nanoseconds) noexcept
      : timer_node(&on_due), nanoseconds_(nanoseconds), kind_(how) {}
  sleep_awaiter(const sleep_awaiter&) = delete;
  sleep_awaiter& operator=(const sleep_awaiter&) = delete;
  ~sleep_awaiter() {
    if (armed()) abandon();
  }

  bool await_ready() const noexcept { return false; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    task_state& task = waiting_task(handle);
    task_ = &task;
    if (task.interrupt_due()) [[unlikely]] {
      task.take_delivery();
      return false;
    }
    begin(task, handle);
    return true;
  }
  void await_resume() { check_interrupt(); }

  cancel_outcome try_cancel(const shared_text& reason) noexcept override;
  const char* describe() const noexcept override { return "sleep"; }

 private:
  void begin(task_state& task, std::coroutine_handle<> handle);
  void abandon() noexcept;
  static void on_due(timer_node& timer) noexcept;

  std::int64_t nanoseconds_;
  kind kind_;
};

}  // namespace detail

// [sleep]
/// Suspends the task for a time. asyncio: sleep(delay).
///
/// Always suspends. A delay of zero or less is one trip through the ready queue, as yield(), so
/// that what was queued before runs first; an infinite one never ends. **Cancellation** disarms the
/// timer. **Throws** std::invalid_argument for NaN. Takes any std::chrono duration; fractions of a
/// nanosecond are rounded up. Never wakes early.
template <class Rep, class Period>
detail::sleep_awaiter sleep(std::chrono::duration<Rep, Period> delay) {
  return {detail::sleep_awaiter::kind::delay, detail::to_nanoseconds(delay)};
}
// [/sleep]

// [sleep_until]
/// Suspends the task until a moment of its loop's clock; as sleep() if that has passed.
inline detail::sleep_awaiter sleep_until(time_point when) noexcept {
  return {detail::sleep_awaiter::kind::moment, when.time_since_epoch().count()};
}
// [/sleep_until]

}  // namespace rill
