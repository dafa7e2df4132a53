// SPDX-License-Identifier: BSL-1.0
// result<T>: a value or an exception, for code that does not want to throw.
#pragma once

#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

#include "rill/core/errors.hpp"

namespace rill {

namespace detail {

/// How a result of type T is stored: void as monostate, references as pointers.
template <class T>
struct stored {
  using type = T;
  static T& get(T& value) noexcept { return value; }
};
template <>
struct stored<void> {
  using type = std::monostate;
  static void get(std::monostate&) noexcept {}
};
template <class T>
struct stored<T&> {
  using type = T*;
  static T& get(T* pointer) noexcept { return *pointer; }
};
template <class T>
using stored_t = typename stored<T>::type;

/// True when `error` holds a cancelled_error.
bool is_cancellation(const std::exception_ptr& error) noexcept;
/// The same for a generator_exit.
bool is_generator_exit(const std::exception_ptr& error) noexcept;

}  // namespace detail

// [result]
/// A value of type T, or the exception that came instead of it.
///
/// asyncio: what `gather(return_exceptions=True)` gives per awaitable. Also what the `try_` forms
/// of rill's calls return. T may be a value type, void, or an lvalue reference.
template <class T = void>
class [[nodiscard]] result {
 public:
  using value_type = T;

  /// Holds a value, constructed from the arguments (for T&: the one reference).
  template <class... Args>
    requires(!std::is_reference_v<T> && std::is_constructible_v<detail::stored_t<T>, Args...>)
  explicit result(std::in_place_t /*tag*/, Args&&... args)
      : state_(std::in_place_index<0>, std::forward<Args>(args)...) {}
  template <class U>
    requires(std::is_lvalue_reference_v<T> && std::is_convertible_v<U*, std::add_pointer_t<T>>)
  result(std::in_place_t /*tag*/, U& referred) : state_(std::in_place_index<0>, &referred) {}

  /// Holds an error. Requires: not null.
  explicit result(std::exception_ptr error) noexcept
      : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  /// The exception, or null if there is a value.
  std::exception_ptr error() const noexcept {
    const std::exception_ptr* held = std::get_if<1>(&state_);
    return held != nullptr ? *held : std::exception_ptr();
  }

  /// True when the error is a cancelled_error.
  bool cancelled() const noexcept {
    const std::exception_ptr* held = std::get_if<1>(&state_);
    return held != nullptr && detail::is_cancellation(*held);
  }

  /// The value; throws the error if there is one.
  std::add_lvalue_reference_t<T> value() & {
    check();
    return detail::stored<T>::get(std::get<0>(state_));
  }

  /// Moves the value out; throws the error if there is one.
  T value() && {
    check();
    if constexpr (std::is_void_v<T>) {
      return;
    } else if constexpr (std::is_lvalue_reference_v<T>) {
      return *std::get<0>(state_);
    } else {
      return std::move(std::get<0>(state_));
    }
  }
  // [/result]

 private:
  void check() const {
    if (const std::exception_ptr* held = std::get_if<1>(&state_)) std::rethrow_exception(*held);
  }

  std::variant<detail::stored_t<T>, std::exception_ptr> state_;
};

}  // namespace rill
