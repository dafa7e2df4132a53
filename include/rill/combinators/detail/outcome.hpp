// SPDX-License-Identifier: BSL-1.0
// Awaits a body and keeps how it ended, for combinators that have to clean up behind it.
#pragma once

#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/core/result.hpp"

namespace rill::detail {

/// Calls what makes a coroutine, and awaits that. The callable is referred to.
template <class T, class Callable>
coro<result<T>> outcome_of(Callable& callable) {
  std::exception_ptr error;
  coro<T> running;
  try {
    running = std::invoke(callable);
    if constexpr (std::is_void_v<T>) {
      co_await std::move(running);
      co_return result<T>(std::in_place);
    } else if constexpr (std::is_reference_v<T>) {
      T value = co_await std::move(running);
      co_return result<T>(std::in_place, value);
    } else {
      co_return result<T>(std::in_place, co_await std::move(running));
    }
  } catch (...) {
    error = std::current_exception();
  }
  co_return result<T>(std::move(error));
}

}  // namespace rill::detail
