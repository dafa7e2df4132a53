// SPDX-License-Identifier: BSL-1.0
// future<T> and any_future: one result to come, loop-local.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>
#include <type_traits>
#include <utility>

#include "rill/core/detail/done_callback.hpp"
#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/detail/future_awaiter.hpp"
#include "rill/core/detail/future_state.hpp"
#include "rill/core/result.hpp"

namespace rill {

namespace detail {
struct future_access;
}

// [done_callback_id]
/// Names a done-callback, for remove_done_callback().
enum class done_callback_id : std::uintptr_t {};
// [/done_callback_id]

// [any_future]
/// A future whose type of result is not known here. Cheap to copy: handles share one state.
///
/// All members but the default constructor, assignment and operator bool require a non-empty
/// handle. Threads: only on the thread of its loop.
class any_future {
 public:
  any_future() noexcept = default;

  /// True if the handle refers to a future.
  explicit operator bool() const noexcept { return static_cast<bool>(state_); }

  bool done() const noexcept { return state_->done(); }
  /// True when it ended by cancellation.
  bool cancelled() const noexcept { return state_->status() == detail::future_status::cancelled; }

  /// Completes the future as cancelled; for a task, asks it to stop (see any_task::cancel).
  /// asyncio: cancel(msg). Returns false, and does nothing, when it is done already. Counts as
  /// having looked at the outcome.
  bool cancel(std::string_view reason = {}) const {
    return state_->cancel(detail::shared_text(reason));
  }

  /// The error it failed with, or null if it has a value. Throws cancelled_error when cancelled and
  /// invalid_state_error when not done. Counts as having looked.
  std::exception_ptr exception() const;

  /// Calls `callback` through the loop once the future is done: never inside set_result(), in order
  /// of registration; when it is done already, in the next turn. The callback takes nothing or an
  /// any_future. What it throws goes to the exception handler. Returns a name for
  /// remove_done_callback(); for a plain function it is the same for each registration of that
  /// function.
  template <class Callback>
  done_callback_id add_done_callback(Callback callback) const {
    return done_callback_id{detail::add_done_callback(*state_, std::move(callback))};
  }
  /// Takes out every registration of that name that has not been queued yet; returns how many.
  std::size_t remove_done_callback(done_callback_id id) const noexcept {
    return detail::remove_done_callback(*state_, static_cast<std::uintptr_t>(id));
  }
  template <class Returned, class... Args>
  std::size_t remove_done_callback(Returned (*function)(Args...)) const noexcept {
    return detail::remove_done_callback(*state_, reinterpret_cast<std::uintptr_t>(function));
  }

  bool operator==(const any_future&) const noexcept = default;
  // [/any_future]

 protected:
  friend struct detail::future_access;
  explicit any_future(detail::state_ref<detail::future_state> state) noexcept
      : state_(std::move(state)) {}

  detail::state_ref<detail::future_state> state_;
};

// [future]
/// One result to come. asyncio: Future. Made by create_future<T>(); both ends share the handle.
///
/// **Awaiting** suspends until the future is done, never when it is done already. `co_await f`
/// gives a reference to the result, which lives as long as some handle; `co_await std::move(f)`
/// moves the result out. Any number of tasks may wait; they go on through the loop, in the order in
/// which they began to wait. **Cancellation** of a waiting task cancels the future, as in asyncio,
/// and so wakes all its waiters; shield() prevents that. **Throws** the error that was set, or
/// cancelled_error. An error that nobody has looked at when the last handle goes is reported to the
/// loop's exception handler.
/// **Threads**: only on the thread of its loop; from elsewhere go through call_soon_threadsafe().
template <class T = void>
class [[nodiscard]] future : public any_future {
 public:
  using value_type = T;

  future() noexcept = default;

  /// Completes with a value. Throws invalid_state_error when done already.
  template <class... Args>
    requires(std::is_void_v<T> ? sizeof...(Args) == 0
                               : std::is_constructible_v<detail::stored_t<T>, Args...> ||
                                     (std::is_reference_v<T> && sizeof...(Args) == 1))
  void set_result(Args&&... args) const {
    state_->require_pending();
    slot().emplace(std::forward<Args>(args)...);
    state_->complete(detail::future_status::value);
  }

  /// Completes with an error. A cancelled_error completes it as cancelled. Throws
  /// invalid_state_error when done already, usage_error when `error` is null.
  void set_exception(std::exception_ptr error) const;
  /// The same with an exception object.
  template <class Exception>
    requires(!std::is_same_v<std::remove_cvref_t<Exception>, std::exception_ptr>)
  void set_exception(Exception&& error) const {
    set_exception(std::make_exception_ptr(std::forward<Exception>(error)));
  }

  /// The value, any number of times; throws the error, cancelled_error, or invalid_state_error when
  /// not done.
  std::add_lvalue_reference_t<T> result() const& {
    state_->throw_if_not_value();
    return slot().get();
  }
  /// Moves the value out.
  T result() && {
    state_->throw_if_not_value();
    return slot().take();
  }

  detail::future_reference_awaiter<T> operator co_await() const& {
    return detail::future_reference_awaiter<T>(detail::checked(state_));
  }
  detail::future_value_awaiter<T> operator co_await() && {
    detail::checked(state_);
    return detail::future_value_awaiter<T>(std::move(state_));
  }
  // [/future]

 protected:
  friend struct detail::future_access;
  using any_future::any_future;
  explicit future(detail::state_ref<detail::future_state> state) noexcept
      : any_future(std::move(state)) {}
  detail::value_slot<T>& slot() const noexcept { return detail::slot_of<T>(*state_); }
};

template <class T>
void future<T>::set_exception(std::exception_ptr error) const {
  if (!error) detail::throw_usage("rill: set_exception() needs an exception, not a null pointer");
  state_->require_pending();
  state_->complete_with_error(std::move(error));
}

namespace detail {

/// The block of a plain future.
template <class T>
class future_block final : public future_state, public from_pool {
 public:
  explicit future_block(scheduler& owner)
      : future_state(ops, owner, static_cast<std::uint16_t>(offset()), false) {}

  value_slot<T> slot;

 private:
  std::size_t offset() noexcept {
    return static_cast<std::size_t>(reinterpret_cast<char*>(&slot) -
                                    reinterpret_cast<char*>(static_cast<future_state*>(this)));
  }
  static void destroy(future_state& state) noexcept {
    auto& self = static_cast<future_block&>(state);
    if (self.status() == future_status::value) self.slot.destroy();
    delete &self;
  }
  static constexpr future_ops ops{&destroy, nullptr};
};

/// Makes and opens handles, for the library.
struct future_access {
  template <class T>
  static future<T> make(scheduler& owner) {
    return future<T>(state_ref<future_state>(new future_block<T>(owner), {}));
  }
  static const state_ref<future_state>& state(const any_future& handle) noexcept {
    return handle.state_;
  }
  static state_ref<future_state> take_state(any_future&& handle) noexcept {
    return std::move(handle.state_);
  }
  static any_future wrap(future_state& state) noexcept {
    return any_future(state_ref<future_state>(&state));
  }
};

}  // namespace detail

// [create_future]
/// Makes a future that belongs to the loop of this thread. Throws usage_error when none runs here;
/// then event_loop::create_future<T>() is the way.
template <class T = void>
future<T> create_future() {
  return detail::future_access::make<T>(detail::scheduler::require_current());
}
// [/create_future]

}  // namespace rill
