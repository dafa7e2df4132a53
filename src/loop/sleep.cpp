// SPDX-License-Identifier: BSL-1.0
#include "rill/loop/sleep.hpp"

namespace rill::detail {

void sleep_awaiter::begin(task_state& task, std::coroutine_handle<> handle) {
  loop_services& loop = loop_services::of(task);
  std::int64_t when = nanoseconds_;
  if (kind_ == kind::delay) {
    if (nanoseconds_ <= 0) {
      task.suspend_ready(handle, *this);
      return;
    }
    when = saturated_sum(loop.now(), nanoseconds_);
  }
  if (when != never) {
    loop.arm(*this, when);
    nanoseconds_ = when;
  }
  task.suspend(handle, *this);
}

void sleep_awaiter::on_due(timer_node& timer) noexcept {
  static_cast<sleep_awaiter&>(timer).task_->wake();
}

void sleep_awaiter::abandon() noexcept {
  loop_services::of(*task_).disarm(*this);
  task_->forget_guest();
}

cancel_outcome sleep_awaiter::try_cancel(const shared_text& /*reason*/) noexcept {
  if (task_->state() == run_state::queued) return cancel_outcome::struck;  // a bare yield
  loop_services::of(*task_).disarm(*this);
  return cancel_outcome::withdrawn;
}

}  // namespace rill::detail
