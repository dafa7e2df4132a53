// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/condition.hpp"

#include "rill/core/errors.hpp"

namespace rill {

void condition::throw_not_locked() {
  detail::throw_usage(
      "rill: the lock of this condition is not held; acquire it before wait() and notify()");
}

void condition::pass_on(std::size_t count) noexcept {
  for (; count != 0 && !waiters_.empty(); --count) {
    auto& first = static_cast<wait_awaiter&>(waiters_.front());
    first.begin_locking();
    first.notified_ = true;
    waiters_.move_first_to(lock_->waiters_);
  }
}

// Their await needs only the lock from here on.
void condition::forget_notified() noexcept {
  lock_->waiters_.for_each_inside([this](detail::list_waiter& each) {
    if (each.describe() != wait_awaiter::name) return;
    auto& one = static_cast<wait_awaiter&>(each);
    if (one.condition_ == this) one.condition_ = nullptr;
  });
}

// It must have the lock again before it throws: it queues for that, and the grant is the answer.
detail::cancel_outcome condition::wait_awaiter::try_cancel(
    const detail::shared_text& reason) noexcept {
  if (locking_) {
    if (std::exchange(notified_, false) && condition_ != nullptr) condition_->pass_on(1);
    answer_with_grant();
    return detail::cancel_outcome::awaits_tasks;
  }
  if (lock_->try_acquire()) return list_waiter::try_cancel(reason);
  begin_locking();
  condition_->waiters_.move_to(*this, lock_->waiters_);
  answer_with_grant();
  return detail::cancel_outcome::awaits_tasks;
}

void condition::wait_awaiter::leave_with_loop() noexcept {
  stop_locking();
  if (has_unused_grant()) lock_->release();
  lock_->excuse_release();
}

}  // namespace rill
