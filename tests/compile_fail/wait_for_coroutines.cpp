// SPDX-License-Identifier: BSL-1.0
//
// wait() tells what is done and what is not: of coroutines it could tell nothing.
// Listing F 4.16.
// expect: create_task
#include <vector>

#include "rill/combinators/wait.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/task.hpp"

#if defined(RILL_MUST_FAIL)
using awaited = rill::coro<int>;
#else
using awaited = rill::task<int>;
#endif

rill::coro<std::size_t> watch(const std::vector<awaited>& all) {
  const auto sets = co_await rill::wait(all);
  co_return sets.done.size();
}
