// SPDX-License-Identifier: BSL-1.0
//
// The body of a group is a coroutine, else nothing could be awaited in it.
// expect: must return rill::coro
#include "rill/combinators/task_group.hpp"
#include "rill/core/coro.hpp"

rill::coro<> run() {
#if defined(RILL_MUST_FAIL)
  co_await rill::with_task_group([](rill::task_group&) { return 1; });
#else
  co_await rill::with_task_group([](rill::task_group&) -> rill::coro<> { co_return; });
#endif
}
