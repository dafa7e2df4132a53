// SPDX-License-Identifier: BSL-1.0
// awaitable and await_result_t: what a rill coroutine can await, and what comes out.
#pragma once

#include <type_traits>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/core/detail/foreign_awaiter.hpp"

namespace rill {

namespace detail {

template <class T>
concept awaiter_like = requires(T& awaiter) {
  awaiter.await_ready();
  awaiter.await_resume();
};

template <class Awaitable>
using native_awaiter_t =
    std::remove_reference_t<decltype(native_awaiter_of(std::declval<Awaitable>()))>;

}  // namespace detail

// [awaitable]
/// What can stand behind co_await in a coroutine of rill: coroutines (as rvalues), tasks, futures,
/// rill's operations, and any awaitable of C++20. `T&` asks for an lvalue.
template <class T>
concept awaitable =
    detail::awaiter_like<std::remove_reference_t<decltype(detail::get_awaiter(std::declval<T>()))>>;
// [/awaitable]

// [await_result]
/// The type of `co_await std::declval<T>()`.
template <awaitable T>
using await_result_t = decltype(std::declval<detail::native_awaiter_t<T>&>().await_resume());
// [/await_result]

}  // namespace rill
