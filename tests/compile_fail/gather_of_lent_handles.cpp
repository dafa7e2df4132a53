// SPDX-License-Identifier: BSL-1.0
//
// Results that cannot be copied stay with handles that were only lent.
// expect: cannot be copied
#include <memory>
#include <utility>
#include <vector>

#include "rill/combinators/gather.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/task.hpp"

using handles = std::vector<rill::task<std::unique_ptr<int>>>;

rill::coro<std::size_t> collect(handles all) {
#if defined(RILL_MUST_FAIL)
  const auto values = co_await rill::gather(all);
#else
  const auto values = co_await rill::gather(std::move(all));
#endif
  co_return values.size();
}
