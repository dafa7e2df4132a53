// SPDX-License-Identifier: BSL-1.0
//
// virtual_clock: time that stands still while anything can run, and jumps when everything waits.
// With it a test of an hour takes a moment, and gives the same result each time.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>

#include "rill/base/detail/intrusive_list.hpp"
#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/detail/waiting_task.hpp"
#include "rill/loop/clock.hpp"
#include "rill/loop/detail/loop_services.hpp"

namespace rill::testing {

class virtual_clock;

namespace detail {

/// Waits until the loop has nothing to do but wait. See wait_all_tasks_blocked().
class [[nodiscard]] blocked_awaiter final : public rill::detail::parking_awaiter,
                                            public rill::detail::native_awaiter,
                                            public rill::detail::list_node,
                                            private rill::detail::timer_node {
 public:
  blocked_awaiter() noexcept : timer_node(&on_due) {}
  ~blocked_awaiter() { leave(); }

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    rill::detail::task_state& task = rill::detail::waiting_task(handle);
    task_ = &task;
    if (task.interrupt_due()) [[unlikely]] {
      task.take_delivery();
      return false;
    }
    begin(task, handle);
    return true;
  }
  void await_resume() { check_interrupt(); }

  rill::detail::cancel_outcome try_cancel(
      const rill::detail::shared_text& reason) noexcept override;
  const char* describe() const noexcept override { return "all tasks blocked"; }

 private:
  friend class testing::virtual_clock;

  void begin(rill::detail::task_state& task, std::coroutine_handle<> handle);
  void leave() noexcept;
  void wake() noexcept;
  static void on_due(timer_node& timer) noexcept;
};

}  // namespace detail

/// A clock for loop_options::clock. It counts from zero, stands still while the loop has something
/// to run, and jumps to the next timer when every task waits. asyncio has no counterpart; trio's
/// MockClock with autojump is one.
///
/// When every task waits and there is neither a timer nor I/O nor a thread at work (see
/// external_work_guard), nothing can ever go on: the run ends at once with a deadlock_error, which
/// names every task and where it awaits. While I/O is pending, it has 20 ms of real time to answer
/// before time jumps, and 5 s when there is no timer to jump to.
/// **Threads**: the loop's. **Lifetime**: must outlive the loop.
class virtual_clock final : public time_source {
 public:
  virtual_clock() noexcept = default;
  /// Starts at `start` after zero, to show code that takes the clock to begin at zero.
  explicit virtual_clock(std::chrono::nanoseconds start) noexcept : now_(start.count()) {}
  ~virtual_clock() override;

  /// The present moment.
  time_point time() const noexcept { return time_point(loop_clock::duration(now_)); }

  /// Moves time on by hand, at once. What is due by then fires when the loop next looks at its
  /// timers, in the order of their moments. Throws std::invalid_argument if `by` is negative.
  void advance(std::chrono::nanoseconds by);

  /// How often the loop has made time jump.
  std::size_t jumps() const noexcept { return jumps_; }

  std::int64_t now() noexcept override { return now_; }
  bool is_virtual() const noexcept override { return true; }
  void advance_to(std::int64_t when) noexcept override;

 private:
  friend class detail::blocked_awaiter;

  rill::detail::intrusive_list<detail::blocked_awaiter> waiters_;
  std::int64_t now_ = 0;
  std::size_t jumps_ = 0;
};

/// Suspends until every other task waits for something that only time, I/O or another thread can
/// bring. trio: wait_all_tasks_blocked(). Time does not move meanwhile. Several tasks may wait for
/// it; all go on together, in the order in which they began.
/// **Cancellation** withdraws the wait. **Throws** usage_error on a loop without a virtual_clock.
inline detail::blocked_awaiter wait_all_tasks_blocked() noexcept { return {}; }

}  // namespace rill::testing
