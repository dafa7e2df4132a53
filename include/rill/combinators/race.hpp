// SPDX-License-Identifier: BSL-1.0
// race and first_of: several ways at the same time, of which one is taken.
#pragma once

#include <cstddef>
#include <utility>
#include <variant>

#include "rill/combinators/detail/race_awaiter.hpp"
#include "rill/core/awaitable.hpp"

namespace rill {

// [race_winner]
/// What race() and first_of() give for a range: which one has won, and its value.
template <class T>
struct race_winner {
  race_winner(std::size_t won, T result) : index(won), value(std::move(result)) {}
  std::size_t index;
  T value;  ///< std::monostate for nothing
};
// [/race_winner]

// [race]
/// Runs its arguments at the same time and takes the first that ends; the others are cancelled and
/// have ended before it returns. asyncio: wait(FIRST_COMPLETED), with what is left to do by hand.
///
///     const auto won = co_await rill::race(read_line(), rill::sleep(5s));
///     if (won.index() == 0) use(std::get<0>(won));
///
/// Gives a std::variant with the value of the winner at its index; nothing is a std::monostate. For
/// a range, a race_winner. If the first that ends fails, its error is thrown. What the losers give
/// after that, or throw, is dropped, or reported. Tasks and futures among the arguments are
/// cancelled too when they lose, but not waited for.
/// **Cancellation** of the caller cancels all; if one of them comes to a value all the same, that
/// is given, and the cancellation strikes at the next await. **Lifetime**: as for gather().
/// **Throws** usage_error for an empty range.
template <awaitable... Awaitables>
  requires(sizeof...(Awaitables) != 0)
auto race(Awaitables&&... awaited) {
  return detail::race_awaiter<detail::first_end, Awaitables...>(
      std::forward<Awaitables>(awaited)...);
}
template <detail::gatherable_range Range>
  requires(!awaitable<Range>)
auto race(Range&& range) {
  return detail::race_range_awaiter<detail::first_end, Range, race_winner>(
      std::forward<Range>(range));
}
// [/race]

// [first_of]
/// The same, but takes the first that succeeds: failures and cancellations of some do not end it.
/// If all have failed, their errors are thrown as an exception_group in the order of the arguments,
/// a lone one as itself, and cancelled_error if all were cancelled.
template <awaitable... Awaitables>
  requires(sizeof...(Awaitables) != 0)
auto first_of(Awaitables&&... awaited) {
  return detail::race_awaiter<detail::first_success, Awaitables...>(
      std::forward<Awaitables>(awaited)...);
}
template <detail::gatherable_range Range>
  requires(!awaitable<Range>)
auto first_of(Range&& range) {
  return detail::race_range_awaiter<detail::first_success, Range, race_winner>(
      std::forward<Range>(range));
}
// [/first_of]

}  // namespace rill
