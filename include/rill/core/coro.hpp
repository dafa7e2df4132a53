// SPDX-License-Identifier: BSL-1.0
// coro<T>: what a coroutine function of rill returns.
#pragma once

#include <coroutine>
#include <exception>
#include <source_location>
#include <type_traits>
#include <utility>

#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/detail/promise_base.hpp"
#include "rill/core/detail/value_slot.hpp"
#include "rill/core/errors.hpp"

namespace rill {

template <class T>
class coro;

namespace detail {

template <class T>
class promise;
struct coro_access;

template <class T>
class [[nodiscard]] coro_awaiter final : public native_awaiter {
 public:
  explicit coro_awaiter(promise<T>& child) noexcept : child_(&child) {}

  bool await_ready() const noexcept { return false; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> caller) {
    promise_base& child = *child_;
    child.claim();
    if constexpr (rill_promise<Promise>) {
      child.set_task(*caller.promise().task());
      return child.start_child(caller);
    } else {
      task_state& guest = guest_task::create();
      child.set_task(guest);
      const bool suspended = child.start_for_foreign(caller);
      if (!suspended) discard_waiting_task<Promise>(guest);
      return suspended;
    }
  }

  T await_resume() { return child_->take(); }

 private:
  promise<T>* child_;
};

/// What co_await does inside a rill coroutine: records the position, finds the awaiter.
class awaiting_promise : public promise_base {
 public:
  template <class T>
  coro_awaiter<T> await_transform(coro<T>&& child, await_site site = await_site::current()) {
    site_ = site;
    return coro_awaiter<T>(child.promise_reference());
  }

  template <class T>
  void await_transform(coro<T>& child) =
      delete;  // a coro is awaited once: co_await std::move(name)

  template <class Awaitable>
  decltype(auto) await_transform(Awaitable&& awaitable, await_site site = await_site::current()) {
    site_ = site;
    return native_awaiter_of(std::forward<Awaitable>(awaitable));
  }
};

template <class T>
class promise_result : public awaiting_promise {
 public:
  void unhandled_exception() noexcept {
    ::new (static_cast<void*>(&error_)) std::exception_ptr(std::current_exception());
    outcome_ = promise_outcome::error;
  }

  /// The value, moved out, or throws the error. Requires: finished.
  T take() {
    if (outcome_ == promise_outcome::error) [[unlikely]]
      std::rethrow_exception(std::move(error_));
    return value_.take();
  }
  std::exception_ptr take_error() noexcept { return std::move(error_); }
  value_slot<T>& value() noexcept { return value_; }

 protected:
  promise_result() noexcept {}
  ~promise_result() {
    if (outcome_ == promise_outcome::value) {
      value_.destroy();
    } else if (outcome_ == promise_outcome::error) {
      error_.~exception_ptr();
    }
  }

  union {
    value_slot<T> value_;
    std::exception_ptr error_;
  };
};

template <class T>
class promise final : public promise_result<T> {
 public:
  coro<T> get_return_object() noexcept;

  template <class U = T>
    requires std::is_constructible_v<T, U>
  void return_value(U&& value) noexcept(std::is_nothrow_constructible_v<T, U>) {
    this->value_.emplace(std::forward<U>(value));
    this->outcome_ = promise_outcome::value;
  }
};

template <>
class promise<void> final : public promise_result<void> {
 public:
  coro<void> get_return_object() noexcept;
  void return_void() noexcept { outcome_ = promise_outcome::value; }
};

}  // namespace detail

// [coro]
/// A lazy coroutine that gives a T: the return type of coroutine functions. asyncio: the coroutine
/// object.
///
/// T may be a value (move-only too), an lvalue reference, or void. Nothing runs until the coroutine
/// is awaited or given to create_task(); one that is never awaited is destroyed unrun, its
/// arguments with it.
///
/// **Awaiting** (`co_await std::move(c)`, once, as an rvalue) runs the body at once, in the
/// awaiting task, without a turn of the loop; it suspends only when the body does. The value, or
/// the exception, comes out of the await.
/// **Cancellation** of the task strikes at the innermost await. **Throws** usage_error when awaited
/// twice.
/// **Lifetime**: arguments taken by reference must outlive the coroutine; a lambda's captures live
/// in the lambda, so give a capturing lambda to create_task(), which keeps it, or pass arguments
/// instead.
/// **Threads**: runs on the loop of the task that awaits it.
template <class T = void>
class [[nodiscard(
    "a coroutine does nothing until it is awaited: co_await it, or give it to "
    "create_task()")]] coro {
 public:
  using promise_type = detail::promise<T>;
  using value_type = T;

  coro() noexcept = default;
  coro(coro&& other) noexcept : promise_(std::exchange(other.promise_, nullptr)) {}
  coro& operator=(coro&& other) noexcept {
    coro(std::move(other)).swap(*this);
    return *this;
  }
  ~coro() {
    // A frame that GCC 12 has laid out wrongly cannot be destroyed either; it is leaked.
    if (promise_ != nullptr && !promise_->broken()) promise_->handle().destroy();
  }

  void swap(coro& other) noexcept { std::swap(promise_, other.promise_); }

  /// False for a moved-from or default-made coro.
  explicit operator bool() const noexcept { return promise_ != nullptr; }

  /// For coroutines that are not rill's; rill's own go through their promise.
  detail::coro_awaiter<T> operator co_await() && {
    return detail::coro_awaiter<T>(promise_reference());
  }
  // [/coro]

 private:
  friend class detail::promise<T>;
  friend class detail::awaiting_promise;
  friend struct detail::coro_access;

  explicit coro(detail::promise<T>& promise) noexcept : promise_(&promise) {}
  detail::promise<T>& promise_reference() {
    if (promise_ == nullptr) [[unlikely]]
      detail::throw_usage(
          "rill: this coro is empty: it was awaited or given away before; call its function again "
          "for another");
    return *promise_;
  }

  detail::promise<T>* promise_ = nullptr;
};

namespace detail {

template <class T>
coro<T> promise<T>::get_return_object() noexcept {
  return coro<T>(*this);
}
inline coro<void> promise<void>::get_return_object() noexcept { return coro<void>(*this); }

/// Lets create_task() take a coroutine over.
struct coro_access {
  template <class T>
  static promise<T>& promise_of(coro<T>& coroutine) {
    return coroutine.promise_reference();
  }
  template <class T>
  static promise<T>* release(coro<T>& coroutine) noexcept {
    return std::exchange(coroutine.promise_, nullptr);
  }
};

}  // namespace detail
}  // namespace rill
