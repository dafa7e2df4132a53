// SPDX-License-Identifier: BSL-1.0
// with: a body with something that is opened before it and closed behind it.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "rill/combinators/detail/closing.hpp"
#include "rill/combinators/detail/outcome.hpp"
#include "rill/core/awaitable.hpp"
#include "rill/core/cancel_scope.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/detail/task_block.hpp"
#include "rill/core/result.hpp"

namespace rill {

namespace detail {

/// Closes, whatever came of the body; a cancellation waits until that is done. Looks at its
/// arguments when it runs: its frame is made before there is a resource.
template <class Resource>
coro<> close_behind(Resource* const& resource, const std::exception_ptr& error,
                    std::vector<std::exception_ptr>& failures) {
  const cancel_scope keep(cancel_scope::shielding::shielded);
  try {
    co_await closing_of(*resource, error);
  } catch (...) {
    failures.push_back(std::current_exception());
  }
}

template <class T, class Resource, class Body>
coro<T> run_with(Resource resource, Body body) {
  std::exception_ptr error;
  std::vector<std::exception_ptr> failures;
  failures.reserve(1);
  // The frames are made before anything is open.
  std::remove_reference_t<Resource>* const opened = std::addressof(resource);
  coro<> closing = close_behind(opened, error, failures);
  const auto begin = [&resource, &body] { return std::invoke(body, resource); };
  coro<result<T>> running = outcome_of<T>(begin);
  if constexpr (opens<std::remove_reference_t<Resource>>) co_await resource.open();
  cancel_scope edge;
  result<T> outcome = co_await std::move(running);
  error = outcome.error();
  co_await std::move(closing);
  leave(edge, error, std::move(failures));
  co_return std::move(outcome).value();
}

template <class T, class Opened, class Body>
coro<T> run_with_opening(coro<Opened> opening, Body body) {
  std::optional<stored_t<Opened>> resource;
  std::remove_reference_t<Opened>* opened = nullptr;
  std::exception_ptr error;
  std::vector<std::exception_ptr> failures;
  failures.reserve(1);
  const auto begin = [&opened, &body] { return std::invoke(body, *opened); };
  // The frames are made before anything is open.
  coro<> closing = close_behind<std::remove_reference_t<Opened>>(opened, error, failures);
  coro<result<T>> running = outcome_of<T>(begin);
  if constexpr (std::is_reference_v<Opened>) {
    Opened given = co_await std::move(opening);
    resource.emplace(&given);
  } else {
    resource.emplace(co_await std::move(opening));
  }
  opened = std::addressof(stored<Opened>::get(*resource));
  cancel_scope edge;
  result<T> outcome = co_await std::move(running);
  error = outcome.error();
  co_await std::move(closing);
  leave(edge, error, std::move(failures));
  co_return std::move(outcome).value();
}

template <class Resource, class Body>
using with_result_t = std::invoke_result_t<Body&, std::remove_reference_t<Resource>&>;

}  // namespace detail

// [with]
/// Opens something, runs a body with it, and closes it behind the body, on every way out. asyncio:
/// `async with resource as name`.
///
///     const auto body = [](database& db) -> rill::coro<int> { co_return co_await db.count(); };
///     const int rows = co_await rill::with(database("orders"), body);
///
/// The resource has a `close()` or `aclose()` that can be awaited, as an async_generator has; a
/// close() that takes a std::exception_ptr is told how the body was left, null for a value. If it
/// has an `open()` that can be awaited, that is awaited first; when it fails, nothing is closed. A
/// temporary is kept, an lvalue is referred to.
///
/// **Cancellation** strikes the opening and the body; closing is shielded from it. **Errors** of
/// the body and of close(): a lone one is thrown as itself, both as an exception_group; then a
/// cancellation that had struck strikes again at the next await. Nothing can swallow an error.
template <class Resource, class Body>
  requires(!awaitable<Resource> && detail::closes<std::remove_reference_t<Resource>>)
auto with(Resource&& resource, Body body) {
  using coroutine = detail::with_result_t<Resource, Body>;
  static_assert(detail::is_coro<coroutine>, "rill: the body of with() must return rill::coro<T>");
  return detail::run_with<typename coroutine::value_type, Resource, Body>(
      std::forward<Resource>(resource), std::move(body));
}
// [/with]

// [with_opening]
/// The same for what a coroutine opens and gives:
///
///     co_await rill::with(connect("orders"), body);
template <class T, class Body>
  requires detail::closes<std::remove_reference_t<T>>
auto with(coro<T> opening, Body body) {
  using coroutine = detail::with_result_t<T, Body>;
  static_assert(detail::is_coro<coroutine>, "rill: the body of with() must return rill::coro<T>");
  return detail::run_with_opening<typename coroutine::value_type, T, Body>(std::move(opening),
                                                                           std::move(body));
}
// [/with_opening]

}  // namespace rill
