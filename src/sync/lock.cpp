// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/lock.hpp"

#include <utility>

#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"

namespace rill {

void lock::throw_free() {
  detail::throw_usage("rill: this lock is not held; release it once for each acquire()");
}

void lock::excuse_release() noexcept {
  const detail::scheduler* const running = detail::scheduler::current();
  if (running != nullptr) excused_ = running->abandoning();
}

bool lock::is_excused() noexcept {
  const void* const excused = std::exchange(excused_, nullptr);
  const detail::scheduler* const running = detail::scheduler::current();
  return running != nullptr && running->abandoning() == excused;
}

}  // namespace rill
