// SPDX-License-Identifier: BSL-1.0
//
// A coroutine with a name is awaited once, so it must be moved into the await.
// expect: deleted
#include <utility>

#include "rill/core/coro.hpp"

rill::coro<int> give() { co_return 1; }

rill::coro<int> take() {
  rill::coro<int> named = give();
#if defined(RILL_MUST_FAIL)
  const int value = co_await named;
#else
  const int value = co_await std::move(named);
#endif
  co_return value;
}
