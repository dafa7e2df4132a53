// SPDX-License-Identifier: BSL-1.0
//
// A coroutine that is called and not awaited never runs: a warning, which tests make an error.
// expect: a coroutine does nothing until it is awaited
#include "rill/core/coro.hpp"

inline rill::coro<> work() { co_return; }

inline rill::coro<> forget() {
#if defined(RILL_MUST_FAIL)
  work();
#else
  co_await work();
#endif
  co_return;
}
