// SPDX-License-Identifier: BSL-1.0
// external_work_guard: tells a loop that a thread is at work for it.
#pragma once

#include "rill/core/scheduler.hpp"

namespace rill {

// [external_work_guard]
/// While one exists, the loop of this thread expects events from outside: it reports no deadlock,
/// and a virtual clock waits in real time. Made and destroyed on the loop's thread. asyncio has no
/// counterpart.
class external_work_guard {
 public:
  /// Throws usage_error when no loop runs in this thread.
  external_work_guard() : owner_(&detail::scheduler::require_current()) {
    owner_->add_reference();
    owner_->begin_external_work();
  }
  external_work_guard(const external_work_guard&) = delete;
  external_work_guard& operator=(const external_work_guard&) = delete;
  ~external_work_guard() {
    owner_->end_external_work();
    owner_->release();
  }
  // [/external_work_guard]

 private:
  detail::scheduler* owner_;
};

}  // namespace rill
