// SPDX-License-Identifier: BSL-1.0
// wait_for: awaits with a time limit.
#pragma once

#include <chrono>
#include <utility>

#include "rill/combinators/detail/limited_awaiter.hpp"
#include "rill/loop/clock.hpp"

namespace rill {

// [wait_for]
/// Awaits something, and gives up after a time. asyncio: wait_for(aw, timeout).
///
/// Gives what the await gives. When the limit passes, the await is cancelled; once it has ended,
/// timeout_error is thrown. If it ends with a value all the same, that is the result, and an error
/// of its own goes before the timeout_error. Runs in the caller's task: no task and no frame is
/// added, and a timer is armed only if the await suspends.
///
/// **Delay**: any std::chrono duration, counted from the await on; std::chrono::nanoseconds::max()
/// or an infinite one is no limit. Zero or less: what is done already gives its result, a task or
/// an operation is cancelled, a coroutine never starts. NaN throws std::invalid_argument.
/// **Cancellation** of the caller goes to what is awaited, and wins over the limit.
/// **Lifetime**: a coroutine or a handle is kept; another awaitable given as a temporary lives
/// until the end of the expression, so await in the same one.
template <awaitable Awaitable, class Rep, class Period>
auto wait_for(Awaitable&& awaited, std::chrono::duration<Rep, Period> delay) {
  return detail::limited<detail::throwing_outcome>(
      detail::limit_kind::delay, detail::to_nanoseconds(delay), std::forward<Awaitable>(awaited));
}
// [/wait_for]

}  // namespace rill
