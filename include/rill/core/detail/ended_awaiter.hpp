// SPDX-License-Identifier: BSL-1.0
// Waits until a task or future is done, whatever its outcome; being cancelled meanwhile does not
// touch it.
#pragma once

#include <coroutine>

#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/future.hpp"

namespace rill::detail {

class [[nodiscard]] ended_awaiter final : public parking_awaiter,
                                          public native_awaiter,
                                          private future_waiter {
 public:
  explicit ended_awaiter(const any_future& awaited) noexcept
      : future_waiter(&on_done), future_(future_access::state(awaited)) {}
  ended_awaiter(const ended_awaiter&) = delete;
  ended_awaiter& operator=(const ended_awaiter&) = delete;
  ~ended_awaiter() { future_->remove_waiter(*this); }

  bool await_ready() const noexcept { return future_->done(); }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    task_state& task = waiting_task(handle);
    task_ = &task;
    if (task.interrupt_due()) [[unlikely]] {
      task.take_delivery();
      return false;
    }
    future_->add_waiter(*this);
    task.suspend(handle, *this);
    return true;
  }
  void await_resume() { check_interrupt(); }

  cancel_outcome try_cancel(const shared_text& /*reason*/) noexcept override {
    future_->remove_waiter(*this);
    return cancel_outcome::withdrawn;
  }
  const char* describe() const noexcept override { return "end"; }
  future_state* awaited() const noexcept override { return future_.get(); }

 private:
  static void on_done(future_waiter& waiter, future_state& /*state*/) noexcept {
    static_cast<ended_awaiter&>(waiter).task_->wake();
  }

  state_ref<future_state> future_;
};

/// Awaits the end of `awaited` without asking for its outcome. **Cancellation** withdraws the wait
/// alone.
inline ended_awaiter ended(const any_future& awaited) noexcept { return ended_awaiter(awaited); }

}  // namespace rill::detail
