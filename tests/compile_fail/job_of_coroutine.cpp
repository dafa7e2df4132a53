// SPDX-License-Identifier: BSL-1.0
//
// An executor would make the coroutine in the thread and drop it, unrun.
// expect: would only make the coroutine in the thread
#include "rill/core/coro.hpp"
#include "rill/core/future.hpp"
#include "rill/exec/to_thread.hpp"

#if defined(RILL_MUST_FAIL)
rill::coro<int> answer() { co_return 42; }
#else
int answer() { return 42; }
#endif

rill::coro<> ask() {
  auto asked = rill::to_thread(answer);
  co_await asked;
}
