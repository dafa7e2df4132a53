// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/semaphore.hpp"

#include <stdexcept>

#include "rill/core/errors.hpp"

namespace rill {

std::size_t semaphore::checked(std::ptrdiff_t permits) {
  if (permits < 0) throw std::invalid_argument("rill: a semaphore cannot begin below zero");
  return static_cast<std::size_t>(permits);
}

void semaphore::release_to_waiters(std::size_t count) {
  waiters_.check_loop();
  value_ += count;
  hand_out();
}

void semaphore::hand_out() {
  while (value_ != 0 && !waiters_.empty()) {
    waiters_.grant_first();
    --value_;
  }
}

void semaphore::acquire_wait::take_grant_and_pass_on() {
  const bool granted = has_unused_grant();
  check_hold();
  if (granted) semaphore_->hand_out();
}

void semaphore::acquire_wait::leave_with_loop() {
  if (has_unused_grant()) semaphore_->release();
}

void bounded_semaphore::throw_too_often() {
  detail::throw_usage(
      "rill: this bounded_semaphore was released more often than acquired; release it once for "
      "each acquire()");
}

}  // namespace rill
