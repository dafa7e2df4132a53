// SPDX-License-Identifier: BSL-1.0
// io_awaiter: awaits one reactor operation. The base of all awaitable I/O.
#pragma once

#include <coroutine>
#include <cstdint>

#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/detail/waiting_task.hpp"
#include "rill/loop/io_op.hpp"
#include "rill/loop/reactor.hpp"

namespace rill::detail {

/// Starts the operation when awaited. **Suspends** unless it ends at once. **Cancellation**:
/// complete or withdrawn; on completion-based reactors the task stays suspended until the kernel
/// has answered, because the buffers are its own for so long. After every 64 operations that end at
/// once, the task goes through the ready queue, so that a peer that always has data cannot starve
/// the others.
///
/// A derived class fills the record in its constructor and gives the result in await_resume(),
/// which calls finish() first.
class io_awaiter : public parking_awaiter, public native_awaiter, protected io_op {
 public:
  bool await_ready() const noexcept { return false; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    task_state& task = waiting_task(waiting);
    task_ = &task;
    if (task.interrupt_due()) [[unlikely]] {
      task.take_delivery();
      return false;
    }
    if (reactor_->start(*this)) {
      if (!task.owner().spend_budget()) [[likely]] {
        task_ = nullptr;
        discard_waiting_task<Promise>(task);
        return false;
      }
      ended_ = true;
      task.suspend_ready(waiting, *this);
      return true;
    }
    task.suspend(waiting, *this);
    return true;
  }

  cancel_outcome try_cancel(const shared_text& reason) noexcept override;
  bool is_lent() const noexcept override { return true; }
  const char* describe() const noexcept override;

 protected:
  explicit io_awaiter(reactor& owner) noexcept : reactor_(&owner) { complete = &on_complete; }
  ~io_awaiter() = default;

  /// Throws if the wait was withdrawn; returns the result: not negative, or a system error code,
  /// negated.
  std::int64_t finish() {
    check_interrupt();
    return result;
  }
  reactor& owner_reactor() const noexcept { return *reactor_; }

 private:
  static void on_complete(io_op& op) noexcept;

  reactor* reactor_;
  bool ended_ = false;         // the result is here, the task is only taking its turn
  bool cancel_asked_ = false;  // the reactor was asked to cancel and has not answered yet
};

}  // namespace rill::detail
