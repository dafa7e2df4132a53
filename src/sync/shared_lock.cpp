// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/shared_lock.hpp"

#include "rill/core/errors.hpp"

namespace rill {

void shared_lock::release() {
  if (!writer_) {
    detail::throw_usage(
        "rill: this shared_lock has no writer; release it once for each acquire(), and shares by "
        "release_shared()");
  }
  waiters_.check_loop();
  writer_ = false;
  hand_over();
}

void shared_lock::release_shared() {
  if (readers_ == 0) {
    detail::throw_usage(
        "rill: this shared_lock has no readers; release it once for each acquire_shared()");
  }
  waiters_.check_loop();
  --readers_;
  hand_over();
}

// To the first who waits: a writer if nobody has it, or the readers that stand in front.
void shared_lock::hand_over() {
  while (!waiters_.empty() && !writer_) {
    const bool shared = static_cast<const acquire_wait&>(waiters_.front()).wants_share();
    if (!shared && readers_ != 0) return;
    waiters_.grant_first();
    if (shared) {
      ++readers_;
    } else {
      writer_ = true;
    }
  }
}

}  // namespace rill
