// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/semaphore.hpp"

#include <stdexcept>

#include "rill/core/errors.hpp"

namespace rill {

std::size_t semaphore::checked(std::ptrdiff_t permits) {
  if (permits < 0) throw std::invalid_argument("rill: a semaphore cannot begin below zero");
  return static_cast<std::size_t>(permits);
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
