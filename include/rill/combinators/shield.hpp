// SPDX-License-Identifier: BSL-1.0
// shield: keeps a cancellation away from what is awaited.
#pragma once

#include <chrono>
#include <utility>

#include "rill/combinators/detail/shielded_awaiter.hpp"
#include "rill/core/awaitable.hpp"
#include "rill/loop/clock.hpp"

namespace rill {

// [shield]
/// Awaits something that a cancellation of the caller does not reach. asyncio: shield(aw).
///
/// **A task or future**: the caller, when cancelled, stops to wait and throws cancelled_error; the
/// work goes on, and its handle still tells how it ends. If the work itself is cancelled, so is the
/// await. **A coroutine or another awaitable** runs to its end in the caller's task, because it may
/// refer to the caller's frame: a cancellation is kept until then, and strikes at the caller's next
/// await. That is the form for clean-up:
///
///     co_await rill::shield(connection.say_goodbye(), 2s);
///
/// The end of the loop: run() cancels every task that is left, and waits for it. A shielded handle
/// is such a task; a shielded coroutine is waited for.
template <awaitable Awaitable>
auto shield(Awaitable&& awaited) {
  return detail::shielded(std::forward<Awaitable>(awaited));
}
// [/shield]

// [shield_for]
/// The same with a time limit, which does reach the work: timeout_error, as by wait_for().
template <awaitable Awaitable, class Rep, class Period>
auto shield(Awaitable&& awaited, std::chrono::duration<Rep, Period> limit) {
  return detail::shielded_for(std::forward<Awaitable>(awaited), detail::to_nanoseconds(limit));
}
// [/shield_for]

}  // namespace rill
