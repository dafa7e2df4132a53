// SPDX-License-Identifier: BSL-1.0
//
// A loop over as_completed() may be left half-way; coroutines would run on without an owner.
// expect: give the range away
#include <utility>
#include <vector>

#include "rill/combinators/as_completed.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/task.hpp"

#if defined(RILL_MUST_FAIL)
using awaited = rill::coro<int>;
#else
using awaited = rill::task<int>;
#endif

rill::coro<int> first_of(std::vector<awaited> all) {
  auto ended = rill::as_completed(std::move(all));
  const auto first = co_await ended.next();
  co_return first->handle.result();
}
