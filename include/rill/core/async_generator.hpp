// SPDX-License-Identifier: BSL-1.0
// async_generator: a coroutine that gives values one by one, and may await between them.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "rill/core/detail/generator_promise.hpp"

namespace rill {

template <class T, class Sent>
class async_generator;

namespace detail {

template <class T, class Sent>
class generator_promise;

/// What a step gives: an optional of values, a pointer for references, a bool for void.
template <class T>
struct generator_item {
  static_assert(alignof(T) <= alignof(std::max_align_t),
                "rill: items with extended alignment are not supported; yield a reference");
  static_assert(!std::is_rvalue_reference_v<T>, "rill: yield values or lvalue references");
  using type = std::optional<T>;
};
template <class T>
struct generator_item<T&> {
  using type = T*;
};
template <>
struct generator_item<void> {
  using type = bool;
};
template <class T>
using generator_item_t = typename generator_item<T>::type;

/// Room for one object on its way. An optional would be copied as a whole right behind the writing
/// of its parts, for which processors wait.
template <class T>
class passing_slot {
 public:
  passing_slot() noexcept = default;
  passing_slot(const passing_slot&) = delete;
  passing_slot& operator=(const passing_slot&) = delete;
  ~passing_slot() { clear(); }

  template <class... Args>
  void put(Args&&... args) {
    clear();
    room_.emplace(std::forward<Args>(args)...);
    full_ = true;
  }
  std::optional<T> take() {
    if (!full_) return std::nullopt;
    std::optional<T> object(std::in_place, std::move(room_.get()));
    clear();
    return object;
  }

 private:
  void clear() noexcept {
    if (full_) room_.destroy();
    full_ = false;
  }

  value_slot<T> room_;
  bool full_ = false;
};

/// What a co_yield gives.
template <class Sent>
class yield_and_receive final : public generator_promise_base::yield_point {
 public:
  yield_and_receive(generator_promise_base& self, passing_slot<Sent>& sent) noexcept
      : yield_point(self), sent_(&sent) {}
  std::optional<Sent> await_resume() {
    check();
    return sent_->take();
  }

 private:
  passing_slot<Sent>* sent_;
};
class yield_only final : public generator_promise_base::yield_point {
 public:
  using yield_point::yield_point;
  void await_resume() const { check(); }
};

/// The part of the promise that knows what is sent in.
template <class Sent>
class receiving_promise : public generator_promise_base {
 public:
  void set_sent(Sent&& value) { sent_.put(std::move(value)); }

 protected:
  using yield_awaiter = yield_and_receive<Sent>;
  yield_awaiter yielded() noexcept { return yield_awaiter(*this, sent_); }

 private:
  passing_slot<Sent> sent_;
};
template <>
class receiving_promise<void> : public generator_promise_base {
 protected:
  using yield_awaiter = yield_only;
  yield_awaiter yielded() noexcept { return yield_awaiter(*this); }
};

template <class T, class Sent>
class generator_promise final : public receiving_promise<Sent> {
 public:
  using yield_awaiter = typename receiving_promise<Sent>::yield_awaiter;
  async_generator<T, Sent> get_return_object() noexcept;

  template <class U = T>
    requires std::is_constructible_v<T, U>
  yield_awaiter yield_value(U&& value, await_site site = await_site::current()) noexcept(
      std::is_nothrow_constructible_v<T, U>) {
    item_.put(std::forward<U>(value));
    this->set_site(site);
    return this->yielded();
  }
  std::optional<T> take_item() { return item_.take(); }

 private:
  passing_slot<T> item_;
};
template <class T, class Sent>
class generator_promise<T&, Sent> final : public receiving_promise<Sent> {
 public:
  using yield_awaiter = typename receiving_promise<Sent>::yield_awaiter;
  async_generator<T&, Sent> get_return_object() noexcept;

  yield_awaiter yield_value(T& object, await_site site = await_site::current()) noexcept {
    item_ = std::addressof(object);
    this->set_site(site);
    return this->yielded();
  }
  T* take_item() noexcept { return item_; }

 private:
  T* item_ = nullptr;
};
template <class Sent>
class generator_promise<void, Sent> final : public receiving_promise<Sent> {
 public:
  using yield_awaiter = typename receiving_promise<Sent>::yield_awaiter;
  async_generator<void, Sent> get_return_object() noexcept;

  yield_awaiter yield_value(std::nullptr_t /*nothing*/,
                            await_site site = await_site::current()) noexcept {
    this->set_site(site);
    return this->yielded();
  }
  bool take_item() const noexcept { return true; }
};

/// Drops a generator whose owner has gone during the step.
class orphan_guard {
 public:
  explicit orphan_guard(generator_promise_base& promise) noexcept : promise_(&promise) {}
  orphan_guard(const orphan_guard&) = delete;
  orphan_guard& operator=(const orphan_guard&) = delete;
  ~orphan_guard() {
    if (promise_->is_orphan()) [[unlikely]]
      generator_promise_base::drop(*promise_);
  }

 private:
  generator_promise_base* promise_;
};

/// The item of a step, or the end.
template <class T, class Sent>
generator_item_t<T> take_item(generator_promise_base* yielded) {
  if (yielded == nullptr) return generator_item_t<T>();
  auto& promise = static_cast<generator_promise<T, Sent>&>(*yielded);
  // Dropped behind the taking, if nobody owns it any more.
  const orphan_guard guard(promise);
  return promise.take_item();
}

template <class T, class Sent>
class [[nodiscard]] generator_next final : public generator_step {
 public:
  explicit generator_next(generator_owner& object) noexcept : generator_step(object) {}
  bool await_ready() const noexcept { return is_over(); }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> caller) {
    return start(caller, [] {});
  }
  generator_item_t<T> await_resume() { return take_item<T, Sent>(end()); }
};

template <class T, class Sent>
class [[nodiscard]] generator_send final : public generator_step {
 public:
  template <class U>
  generator_send(generator_owner& object, U&& value)
      : generator_step(object), value_(std::forward<U>(value)) {}
  bool await_ready() const {
    if (!is_over() && !has_begun()) [[unlikely]]
      throw_usage(
          "rill: this async generator has not come to its first co_yield, so nothing can be sent "
          "to it; call next() first");
    return is_over();
  }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> caller) {
    return start(caller, [this] {
      static_cast<receiving_promise<Sent>&>(*object().promise()).set_sent(std::move(value_));
    });
  }
  generator_item_t<T> await_resume() { return take_item<T, Sent>(end()); }

 private:
  Sent value_;
};

template <class T, class Sent>
class [[nodiscard]] generator_throw_in final : public generator_throw {
 public:
  generator_throw_in(generator_owner& object, std::exception_ptr error) noexcept
      : generator_throw(object, std::move(error)) {}
  generator_item_t<T> await_resume() {
    check_unbegun();
    return take_item<T, Sent>(end());
  }
};

}  // namespace detail

// [async_generator]
/// A coroutine that yields values, one for each step, and may await in between. asyncio: the
/// asynchronous generator.
///
///     rill::async_generator<int> countdown(int from) {
///       for (; from > 0; --from) {
///         co_await rill::sleep(1s);
///         co_yield from;
///       }
///     }
///
///     auto numbers = countdown(3);
///     while (auto number = co_await numbers.next()) use(*number);
///
/// T: a value (move-only too), an lvalue reference, or void. A step gives an **item**:
/// std::optional<T>, or T* for a reference, or bool for void; empty (null, false) at the end, and
/// at every step behind the end. `co_yield nullptr` yields nothing, for void. With a `Sent` type,
/// co_yield gives a std::optional<Sent>: what send() has brought, or nothing for next().
///
/// **Lazy, and one step at a time.** The body runs in the task that awaits the step, at once, and
/// suspends only where it awaits; between steps nothing runs. Two steps at once throw usage_error,
/// in the second. All steps are to be of one event loop; others throw usage_error.
/// **Errors** of the body come out of the step and end the generator.
/// **Cancellation** of a task strikes in the body, at its await; if it comes out, the generator is
/// over. A limit around a step (`wait_for(numbers.next(), 1s)`) that passes ends the generator.
/// **co_yield inside a cancel_scope** throws usage_error there: the scope would apply to whoever
/// iterates. Await in a scope, then yield outside of it.
/// **The end.** Let it run out, or await aclose(), or iterate inside with(), which does so on every
/// way out. One that is dropped half-way is closed by its loop, in a task; what that throws goes to
/// the exception handler. runner and run() close those that still live before the loop goes. Where
/// the loop is closed already, the frame is destroyed as it stands.
/// **Lifetime**: arguments taken by reference must outlive the generator, and, when it is dropped
/// half-way, the task that closes it: one that refers to what its consumer owns is to be closed by
/// its consumer. A yielded reference is valid until the next step. **Threads**: that of the loop.
template <class T, class Sent = void>
class [[nodiscard(
    "an async generator does nothing until it is stepped: co_await its next()")]] async_generator {
 public:
  using promise_type = detail::generator_promise<T, Sent>;
  using value_type = T;
  using sent_type = Sent;
  using item = detail::generator_item_t<T>;
  static_assert(std::is_void_v<Sent> || std::is_object_v<Sent>,
                "rill: what is sent into a generator is a value");

  /// One that is over.
  async_generator() noexcept = default;
  async_generator(async_generator&&) noexcept = default;
  async_generator& operator=(async_generator&&) noexcept = default;
  /// The loop closes it if it stands half-way.
  ~async_generator() = default;

  /// Goes on to the next co_yield. asyncio: __anext__(), asend(None).
  detail::generator_next<T, Sent> next() & noexcept {
    return detail::generator_next<T, Sent>(owner_);
  }

  /// The same, with a value for the co_yield at which it stands. asyncio: asend(). Throws
  /// usage_error before the first next(). Behind the end the value is dropped.
  template <class U>
    requires(!std::is_void_v<Sent> && std::is_constructible_v<Sent, U>)
  detail::generator_send<T, Sent> send(U&& value) & {
    return detail::generator_send<T, Sent>(owner_, std::forward<U>(value));
  }

  /// Has the co_yield at which it stands throw. asyncio: athrow(). Gives the next item if the body
  /// handles it, else throws it, and the generator is over. One that has not begun is over, and
  /// throws it at once. Throws usage_error for a null pointer.
  detail::generator_throw_in<T, Sent> throw_in(std::exception_ptr error) & {
    if (!error) detail::throw_usage("rill: throw_in() needs an exception");
    return detail::generator_throw_in<T, Sent>(owner_, std::move(error));
  }

  /// Has the co_yield at which it stands throw generator_exit, and awaits what the body does then.
  /// asyncio: aclose(). No effect behind the end; one that has not begun is over. Throws what the
  /// body throws instead; usage_error if it yields once more.
  detail::generator_close aclose() { return detail::generator_close(owner_); }

  /// False once it is over.
  explicit operator bool() const noexcept { return owner_.promise() != nullptr; }
  // [/async_generator]

 private:
  template <class, class>
  friend class detail::generator_promise;
  explicit async_generator(detail::generator_promise_base& promise) noexcept : owner_(promise) {}

  detail::generator_owner owner_;
};

namespace detail {

template <class T, class Sent>
async_generator<T, Sent> generator_promise<T, Sent>::get_return_object() noexcept {
  return async_generator<T, Sent>(*this);
}
template <class T, class Sent>
async_generator<T&, Sent> generator_promise<T&, Sent>::get_return_object() noexcept {
  return async_generator<T&, Sent>(*this);
}
template <class Sent>
async_generator<void, Sent> generator_promise<void, Sent>::get_return_object() noexcept {
  return async_generator<void, Sent>(*this);
}

}  // namespace detail

}  // namespace rill
