// SPDX-License-Identifier: BSL-1.0
//
// Options hold trivial members only, because GCC 12 destroys others twice in an awaiting
// expression. The name is a view: a number is none.
// expect: task_options
#include <type_traits>

#include "rill/core/create_task.hpp"

static_assert(std::is_trivially_copyable_v<rill::task_options>);
static_assert(std::is_trivially_destructible_v<rill::task_options>);

inline rill::coro<int> give() { co_return 1; }

inline void launch() {
#if defined(RILL_MUST_FAIL)
  rill::create_task(give(), {.name = 5}).detach();
#else
  rill::create_task(give(), {.name = "five"}).detach();
#endif
}
