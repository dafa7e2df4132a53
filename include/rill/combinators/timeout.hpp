// SPDX-License-Identifier: BSL-1.0
// timeout and timeout_at: a time limit around a block of code.
#pragma once

#include <chrono>
#include <utility>

#include "rill/combinators/detail/limited_awaiter.hpp"
#include "rill/combinators/timeout_scope.hpp"
#include "rill/loop/clock.hpp"

namespace rill {

// [timeout]
/// Runs a body under a time limit. asyncio: `async with timeout(delay)`.
///
///     const auto fetch = [&](rill::timeout_scope& limit) -> rill::coro<page> { ... };
///     const page got = co_await rill::timeout(5s, fetch);
///
/// The body is a callable that gives a rill::coro and may take the timeout_scope, which tells and
/// moves the limit; or anything that can be awaited. Its value is the result. When the limit
/// passes, the body's wait is cancelled; once the body has ended, timeout_error is thrown. A body
/// that ends with a value or an error of its own all the same keeps it.
///
/// **Delay**: as for wait_for(), but a body begins in any case: with zero or less it runs up to its
/// first wait. **Cancellation** from outside wins over the limit. **Lifetime**: the callable is
/// kept, moved or copied, until the body has ended.
template <class Rep, class Period, detail::limitable Body>
auto timeout(std::chrono::duration<Rep, Period> delay, Body&& body) {
  return detail::limited<detail::throwing_outcome>(
      detail::limit_kind::delay, detail::to_nanoseconds(delay), std::forward<Body>(body));
}
// [/timeout]

// [timeout_at]
/// The same until a moment of the loop's clock; time_point::max() is no limit. asyncio:
/// `async with timeout_at(when)`.
template <detail::limitable Body>
auto timeout_at(time_point when, Body&& body) {
  return detail::limited<detail::throwing_outcome>(
      detail::limit_kind::moment, when.time_since_epoch().count(), std::forward<Body>(body));
}
// [/timeout_at]

}  // namespace rill
