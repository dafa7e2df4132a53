// SPDX-License-Identifier: BSL-1.0
#include "rill/loop/io_awaiter.hpp"

namespace rill::detail {

void io_awaiter::on_complete(io_op& op) noexcept {
  auto& self = static_cast<io_awaiter&>(op);
  task_state& task = *self.task_;
  if (self.result == io_cancelled) {
    if (task.abandoned()) {
      // The loop is being closed; the frame goes now.
    } else if (!task.interrupt_due()) {
      // The request was taken back (uncancel) while the kernel gave the operation up: begin it
      // anew.
      self.cancel_asked_ = false;
      if (!self.reactor_->start(self)) return;
    } else {
      task.take_delivery();
    }
  }
  self.ended_ = true;
  task.wake();
}

cancel_outcome io_awaiter::try_cancel(const shared_text& /*reason*/) noexcept {
  if (ended_) return cancel_outcome::too_late;
  if (cancel_asked_) return cancel_outcome::follows;
  if (reactor_->cancel(*this) == io_cancel::withdrawn) {
    ended_ = true;
    return cancel_outcome::withdrawn;
  }
  if (ended_) return cancel_outcome::too_late;  // told within the call
  cancel_asked_ = true;
  return cancel_outcome::follows;
}

const char* io_awaiter::describe() const noexcept {
  switch (kind) {
    case io_kind::receive:
      return "receive";
    case io_kind::send:
      return "send";
    case io_kind::receive_message:
      return "receive from";
    case io_kind::send_message:
      return "send to";
    case io_kind::accept:
      return "accept";
    case io_kind::connect:
      return "connect";
    case io_kind::read:
    case io_kind::read_at:
      return "read";
    case io_kind::write:
    case io_kind::write_at:
      return "write";
    case io_kind::wait_readable:
      return "readable";
    case io_kind::wait_writable:
      return "writable";
  }
  return "I/O";
}

}  // namespace rill::detail
