// SPDX-License-Identifier: BSL-1.0
// collect: all items of an async generator.
#pragma once

#include <exception>
#include <type_traits>
#include <utility>
#include <vector>

#include "rill/combinators/detail/generator_relay.hpp"
#include "rill/core/async_generator.hpp"
#include "rill/core/coro.hpp"

namespace rill {

// [collect]
/// Runs a generator to its end and gives its items; of references, copies of what they refer to.
/// asyncio: `[item async for item in source]`.
///
///     std::vector<int> squares = co_await rill::collect(numbers() | rill::views::map(square));
///
/// **Cancellation** strikes in the generator. **Throws** what the generator throws; the items so
/// far are dropped then. When memory is wanting, the generator is closed before that is told.
template <class T, class Sent>
coro<std::vector<std::remove_cvref_t<T>>> collect(async_generator<T, Sent> source) {
  std::vector<std::remove_cvref_t<T>> items;
  std::exception_ptr failure;
  while (!failure) {
    auto item = co_await source.next();
    if (!item) break;
    try {
      items.push_back(detail::object_of<T>(item));
    } catch (...) {
      failure = std::current_exception();
    }
  }
  if (failure) {
    co_await source.aclose();
    std::rethrow_exception(failure);
  }
  co_return items;
}
// [/collect]

}  // namespace rill
