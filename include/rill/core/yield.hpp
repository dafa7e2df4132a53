// SPDX-License-Identifier: BSL-1.0
// yield: lets others run.
#pragma once

#include <coroutine>

#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/detail/waiting_task.hpp"

namespace rill {

namespace detail {

/// The wait of a task that only takes its turn. One for all tasks: it has no state.
class yield_wait final : public wait_op {
 public:
  static yield_wait instance;
  cancel_outcome try_cancel(const shared_text& reason) noexcept override;
  const char* describe() const noexcept override;
};

class [[nodiscard]] yield_awaiter final : public native_awaiter {
 public:
  bool await_ready() const noexcept { return false; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    task_ = &waiting_task(handle);
    if (task_->interrupt_due()) [[unlikely]] {
      task_->take_delivery();
      return false;
    }
    if (task_->may_stay()) return false;
    task_->suspend_ready(handle, yield_wait::instance);
    return true;
  }
  void await_resume() {
    if (task_->take_interrupt()) [[unlikely]]
      task_->throw_interrupt();
  }

 private:
  task_state* task_ = nullptr;
};

}  // namespace detail

// [yield]
/// Queues the task behind everything that is ready now; does not suspend if that is nothing, so
/// that it would be the next to run anyway. asyncio: sleep(0).
/// **Cancellation**: a request that comes while it is queued strikes here.
inline detail::yield_awaiter yield() noexcept { return {}; }
// [/yield]

}  // namespace rill
