// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/lock.hpp"

#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"

namespace rill {

void lock::excuse_release() noexcept {
  const detail::scheduler* const running = detail::scheduler::current();
  if (running == nullptr || running->abandoning() == nullptr) return;
  excused_ = running->abandoning();
  state_ |= has_excuse;
}

void lock::acquire_wait::leave_with_loop() {
  if (has_unused_grant()) lock_->release();
}

bool lock::is_excused() {
  if ((state_ & has_excuse) != 0) {
    state_ &= is_locked;
    const detail::scheduler* const running = detail::scheduler::current();
    if (running != nullptr && running->abandoning() == excused_) return true;
  }
  if (!locked())
    detail::throw_usage("rill: this lock is not held; release it once for each acquire()");
  return false;
}

}  // namespace rill
