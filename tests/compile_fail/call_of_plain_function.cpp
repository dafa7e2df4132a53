// SPDX-License-Identifier: BSL-1.0
//
// create_task(callable, args...) runs coroutines, not plain functions.
// expect: create_task(callable, args...) needs a callable that returns rill::coro<T>
#include "rill/core/create_task.hpp"

inline int plain(int value) { return value; }
inline rill::coro<int> coroutine(int value) { co_return value; }

inline void launch() {
#if defined(RILL_MUST_FAIL)
  rill::create_task(plain, 1).detach();
#else
  rill::create_task(coroutine, 1).detach();
#endif
}
