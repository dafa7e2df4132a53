// SPDX-License-Identifier: BSL-1.0
// move_on_after and move_on_at: time limits that are no error.
#pragma once

#include <chrono>
#include <utility>

#include "rill/combinators/detail/limited_awaiter.hpp"
#include "rill/combinators/timeout_scope.hpp"
#include "rill/loop/clock.hpp"

namespace rill {

// [move_on_after]
/// Runs a body, or awaits something, and goes on without it when a time has passed. asyncio: no
/// counterpart; trio: move_on_after().
///
///     if (auto line = co_await rill::move_on_after(1s, reader.readline())) { ... }
///
/// As timeout(), but gives an optional: the value, or nothing if the limit has passed. For a body
/// that gives nothing it is a bool, for one that gives a reference a pointer.
template <class Rep, class Period, detail::limitable Body>
auto move_on_after(std::chrono::duration<Rep, Period> delay, Body&& body) {
  return detail::limited<detail::optional_outcome>(
      detail::limit_kind::delay, detail::to_nanoseconds(delay), std::forward<Body>(body));
}
// [/move_on_after]

// [move_on_at]
/// The same until a moment of the loop's clock.
template <detail::limitable Body>
auto move_on_at(time_point when, Body&& body) {
  return detail::limited<detail::optional_outcome>(
      detail::limit_kind::moment, when.time_since_epoch().count(), std::forward<Body>(body));
}
// [/move_on_at]

}  // namespace rill
