// SPDX-License-Identifier: BSL-1.0
//
// unique_function: holds any callable, is moved and never copied. What the library takes where
// asyncio takes a callback.
#pragma once

#include <concepts>
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "rill/base/config.hpp"

namespace rill {

namespace detail {

[[noreturn]] RILL_COLD void throw_empty_function();

template <class F, class R, class... Args>
concept callable_as = requires(F& callable, Args&&... args) {
  requires std::is_void_v<R> ||
               std::is_convertible_v<decltype(callable(std::forward<Args>(args)...)), R>;
};

/// Callables that can themselves be empty: function pointers, standard wrappers, unique_function.
template <class F>
concept maybe_empty_callable = requires(const F& callable) {
  { callable == nullptr } -> std::convertible_to<bool>;
};

}  // namespace detail

template <class Signature>
class unique_function;

/// Holds a callable that can be called with Args and returns something convertible to R (anything,
/// if R is void). A callable of up to four pointers in size that moves without throwing lies in
/// place, others on the heap. Made from a null function pointer or an empty wrapper it is empty.
///
/// asyncio counterpart: any callable object. Not thread-safe; moving never throws.
template <class R, class... Args>
class unique_function<R(Args...)> {
 public:
  unique_function() noexcept = default;
  unique_function(std::nullptr_t /*none*/) noexcept {}

  /// Stores a copy of `callable`, or moves it in. Throws what its constructor throws, and
  /// std::bad_alloc if it does not fit in place.
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, unique_function> &&
             detail::callable_as<std::decay_t<F>, R, Args...>)
  unique_function(F&& callable) {
    using held = std::decay_t<F>;
    if constexpr (detail::maybe_empty_callable<held> &&
                  !std::is_function_v<std::remove_reference_t<F>>) {
      if (callable == nullptr) return;
    }
    if constexpr (fits<held>) {
      ::new (room()) held(std::forward<F>(callable));
      table_ = &in_place<held>;
    } else {
      ::new (room()) held*(new held(std::forward<F>(callable)));
      table_ = &on_heap<held>;
    }
  }

  unique_function(unique_function&& other) noexcept { take(other); }
  unique_function& operator=(unique_function&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~unique_function() { reset(); }

  /// True unless empty: default-made, made from null, or moved from.
  explicit operator bool() const noexcept { return table_ != nullptr; }
  friend bool operator==(const unique_function& function, std::nullptr_t) noexcept {
    return function.table_ == nullptr;
  }

  /// Calls what is held. Throws what it throws; std::logic_error if empty.
  R operator()(Args... args) {
    if (table_ == nullptr) [[unlikely]]
      detail::throw_empty_function();
    return table_->call(room(), std::forward<Args>(args)...);
  }

 private:
  struct operations {
    R (*call)(void* room, Args&&... args);
    void (*move)(void* from, void* to) noexcept;  // leaves nothing alive in `from`
    void (*destroy)(void* room) noexcept;
  };

  static constexpr std::size_t room_size = 4 * sizeof(void*);
  template <class F>
  static constexpr bool fits = sizeof(F) <= room_size && alignof(F) <= alignof(void*) &&
                               std::is_nothrow_move_constructible_v<F>;

  // `room` is where the constructor made an F and nothing else since, or move() did.
  template <class F>
  static F& held_in(void* room) noexcept {
    return *std::launder(static_cast<F*>(room));
  }
  template <class F>
  static R call(F& callable, Args&&... args) {
    if constexpr (std::is_void_v<R>) {
      callable(std::forward<Args>(args)...);
    } else {
      return callable(std::forward<Args>(args)...);
    }
  }
  template <class F>
  static constexpr operations in_place{[](void* room, Args&&... args) -> R {
                                         return call(held_in<F>(room), std::forward<Args>(args)...);
                                       },
                                       [](void* from, void* to) noexcept {
                                         ::new (to) F(std::move(held_in<F>(from)));
                                         held_in<F>(from).~F();
                                       },
                                       [](void* room) noexcept { held_in<F>(room).~F(); }};
  template <class F>
  static constexpr operations on_heap{
      [](void* room, Args&&... args) -> R {
        return call(*held_in<F*>(room), std::forward<Args>(args)...);
      },
      [](void* from, void* to) noexcept { ::new (to) F*(held_in<F*>(from)); },
      [](void* room) noexcept { delete held_in<F*>(room); }};

  void* room() noexcept { return static_cast<void*>(&room_); }
  void take(unique_function& other) noexcept {
    table_ = std::exchange(other.table_, nullptr);
    if (table_ != nullptr) table_->move(other.room(), room());
  }
  void reset() noexcept {
    if (const operations* const table = std::exchange(table_, nullptr)) table->destroy(room());
  }

  const operations* table_ = nullptr;  // null: empty, and nothing lives in room_
  alignas(void*) std::byte room_[room_size];
};

}  // namespace rill
