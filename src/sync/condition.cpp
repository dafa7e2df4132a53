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
    first.locking_ = true;
    first.notified_ = true;
    waiters_.move_first_to(lock_->waiters_);
  }
}

// It must have the lock again before it throws: it queues for that, and the grant is the answer.
detail::cancel_outcome condition::wait_awaiter::try_cancel(
    const detail::shared_text& reason) noexcept {
  condition& owner = *condition_;
  if (locking_) {
    if (std::exchange(notified_, false)) owner.pass_on(1);
    answer_with_grant();
    return detail::cancel_outcome::awaits_tasks;
  }
  locking_ = true;
  if (owner.lock_->try_acquire()) return list_waiter::try_cancel(reason);
  owner.waiters_.move_to(*this, owner.lock_->waiters_);
  answer_with_grant();
  return detail::cancel_outcome::awaits_tasks;
}

void condition::wait_awaiter::leave_with_loop() noexcept {
  lock& mutex = *condition_->lock_;
  if (has_unused_grant()) mutex.release();
  mutex.excuse_release();
}

}  // namespace rill
