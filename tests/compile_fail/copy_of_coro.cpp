// SPDX-License-Identifier: BSL-1.0
//
// A coroutine runs once, so it cannot be copied.
// expect: deleted
#include <utility>

#include "rill/core/coro.hpp"

inline rill::coro<int> give() { co_return 1; }

inline rill::coro<int> pass_on() {
  rill::coro<int> first = give();
#if defined(RILL_MUST_FAIL)
  rill::coro<int> second = first;
#else
  rill::coro<int> second = std::move(first);
#endif
  co_return co_await std::move(second);
}
