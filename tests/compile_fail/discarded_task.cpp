// SPDX-License-Identifier: BSL-1.0
//
// Who drops the handle of a task must say so.
// expect: dropping a task handle detaches the task
#include "rill/core/create_task.hpp"

inline rill::coro<> work() { co_return; }

inline void forget() {
#if defined(RILL_MUST_FAIL)
  rill::create_task(work());
#else
  rill::create_task(work()).detach();
#endif
}
