// SPDX-License-Identifier: BSL-1.0
// wait: waits until some or all of several tasks and futures are done.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <iterator>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "rill/combinators/detail/wait_awaiter.hpp"
#include "rill/core/future.hpp"

namespace rill {

// [return_when]
/// What wait() waits for. asyncio: return_when.
enum class return_when : std::uint8_t {
  all_completed,
  first_completed,
  first_exception,  ///< the first failure; a cancelled one is none
};
// [/return_when]

// [wait_options]
/// Options of wait().
struct wait_options {
  return_when until = return_when::all_completed;
  std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max();  ///< max(): none
};
// [/wait_options]

// [wait_sets]
/// What wait() gives: the handles, each list in the order given. What has ended by the time at
/// which the waiting task goes on is in `done`.
template <class Handle>
struct wait_sets {
  wait_sets() {}
  std::vector<Handle> done;
  std::vector<Handle> pending;
};
// [/wait_sets]

// [wait]
/// Waits for tasks and futures, of one type, without asking for their outcome. asyncio: wait(aws).
///
///     auto [done, pending] = co_await rill::wait(tasks, {.timeout = 5s});
///
/// Never throws for a member, and cancels nothing, at the time limit neither. Returns at once if
/// there is nothing to wait for, as for an empty range; a timeout of zero or less is one turn of
/// the loop. The handles are copied: `std::vector<rill::any_future>` takes handles of several
/// types. **Cancellation** of the caller ends the wait and leaves the members alone. **Throws**
/// usage_error for an empty handle or one of another loop.
template <std::ranges::forward_range Range>
auto wait(Range&& handles, wait_options options = {}) {
  using handle = std::ranges::range_value_t<Range>;
  static_assert(std::is_base_of_v<any_future, handle>,
                "rill: wait() takes tasks and futures; make a task of a coroutine with "
                "create_task()");
  return detail::wait_awaiter<wait_sets<handle>, handle, wait_options>(handles, options);
}
// [/wait]

}  // namespace rill
