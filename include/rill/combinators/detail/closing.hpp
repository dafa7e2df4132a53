// SPDX-License-Identifier: BSL-1.0
// How bodies are left behind which something is closed: by with() and exit_stack.
#pragma once

#include <exception>
#include <utility>
#include <vector>

#include "rill/core/awaitable.hpp"
#include "rill/core/cancel_scope.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/detail/task_state.hpp"
#include "rill/core/result.hpp"

namespace rill::detail {

/// close(error) that can be awaited: it is told how the body was left, null for a value.
template <class Resource>
concept closes_with_error = requires(Resource& resource, std::exception_ptr error) {
  { resource.close(error) } -> awaitable;
};
/// aclose() that can be awaited, as async generators have it.
template <class Resource>
concept closes_asynchronously = requires(Resource& resource) {
  { resource.aclose() } -> awaitable;
};
/// close() that can be awaited.
template <class Resource>
concept closes =
    closes_with_error<Resource> || closes_asynchronously<Resource> || requires(Resource& resource) {
      { resource.close() } -> awaitable;
    };
/// open() that can be awaited.
template <class Resource>
concept opens = requires(Resource& resource) {
  { resource.open() } -> awaitable;
};

/// What closes the resource, to be awaited at once.
template <class Resource>
decltype(auto) closing_of(Resource& resource, const std::exception_ptr& error) {
  if constexpr (closes_with_error<Resource>) {
    return resource.close(error);
  } else if constexpr (closes_asynchronously<Resource>) {
    return resource.aclose();
  } else {
    return resource.close();
  }
}

/// The same as a coroutine, which keeps the error.
template <class Resource>
coro<> close_it(Resource& resource, std::exception_ptr error) {
  co_await closing_of(resource, error);
}

/// Throws what is to be thrown behind a body that has ended with `error`, which may be null, when
/// closing has failed so often. Returns if that is nothing. `edge` was entered before the body.
void leave(cancel_scope& edge, const std::exception_ptr& error,
           std::vector<std::exception_ptr> failures);

}  // namespace rill::detail
