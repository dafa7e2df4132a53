// SPDX-License-Identifier: BSL-1.0
// gather: awaits several things at the same time and gives all their results.
#pragma once

#include <utility>

#include "rill/combinators/detail/gather_awaiter.hpp"
#include "rill/core/awaitable.hpp"

namespace rill {

// [return_exceptions]
/// As first argument of gather(): errors are results, and all are waited for. asyncio:
/// `return_exceptions=True`.
struct return_exceptions_t {
  explicit return_exceptions_t() = default;
};
inline constexpr return_exceptions_t return_exceptions{};
// [/return_exceptions]

// [gather]
/// Runs its arguments at the same time and gives their results as a tuple, in the order of the
/// arguments. asyncio: gather(*aws).
///
///     auto [user, news] = co_await rill::gather(fetch_user(), fetch_news());
///
/// A coroutine, or another awaitable, becomes a task of the gather's own, begun when the gather is
/// awaited; a task or future is only waited for. What gives nothing is a std::monostate in the
/// tuple; an lvalue handle gives a reference to the result that it keeps.
///
/// **The first error**, or cancellation, of any of them is thrown. The gather's own tasks are
/// cancelled then and have ended before it is thrown; others go on, as in asyncio. Further errors
/// stay on their handles, or are reported. **Cancellation** of the caller cancels all that is
/// unfinished; the gather ends with it, or, if all of them had come to their end already, gives
/// the results. **Lifetime**: coroutines and handles are kept; another awaitable given as a
/// temporary lives until the end of the expression, so await in the same one.
template <awaitable... Awaitables>
auto gather(Awaitables&&... awaited) {
  return detail::gather_awaiter<detail::gather_values, Awaitables...>(
      std::forward<Awaitables>(awaited)...);
}
// [/gather]

// [gather_exceptions]
/// The same with a `result<T>` for each, which holds its value, its error or its cancellation; all
/// are waited for. Only a cancellation of the caller is thrown.
template <awaitable... Awaitables>
auto gather(return_exceptions_t /*tag*/, Awaitables&&... awaited) {
  return detail::gather_awaiter<detail::gather_results, Awaitables...>(
      std::forward<Awaitables>(awaited)...);
}
// [/gather_exceptions]

// [gather_range]
/// The same for a range: a vector of the results. The elements of a range given as an rvalue are
/// moved out of it; from an lvalue, handles are copied, and so are their results. A handle that
/// stands twice in an rvalue range is a usage_error: its result can be moved out once.
template <detail::gatherable_range Range>
  requires(!awaitable<Range>)
auto gather(Range&& range) {
  return detail::gather_range_awaiter<detail::gather_values, Range>(std::forward<Range>(range));
}
template <detail::gatherable_range Range>
  requires(!awaitable<Range>)
auto gather(return_exceptions_t /*tag*/, Range&& range) {
  return detail::gather_range_awaiter<detail::gather_results, Range>(std::forward<Range>(range));
}
// [/gather_range]

}  // namespace rill
