// SPDX-License-Identifier: BSL-1.0
// A wait for many futures and tasks at once, in the task that awaits: the base of gather(), wait()
// and race(). What is awaited that is neither is made a task, which the wait owns.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

#include "rill/base/config.hpp"
#include "rill/core/awaitable.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/detail/future_awaiter.hpp"
#include "rill/core/future.hpp"

namespace rill::detail {

class join_wait;

/// One of those that are waited for. Lives in the combinator.
struct join_member : future_waiter {
  join_member() noexcept : future_waiter(&on_done) {}

  static void on_done(future_waiter& waiter, future_state& state) noexcept;
  bool pending() const noexcept { return next != nullptr; }

  join_wait* join = nullptr;
  join_member* next_member = nullptr;
  state_ref<future_state> state;  // set when it is started
  bool owned = false;  // a task of the combinator's own: has ended before the wait is over
  bool bare = false;   // that, and its result is nothing
};

/// Invariants: 1. Members are linked to their futures exactly while those are pending and the wait
/// goes on. 2. The wait is over only when no owned member is pending.
class join_wait : public parking_awaiter, public native_awaiter {
 public:
  join_wait(const join_wait&) = delete;
  join_wait& operator=(const join_wait&) = delete;

  bool await_ready() const noexcept { return false; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    static_assert(rill_promise<Promise>,
                  "rill: this is awaited in coroutines of rill; wrap the call in a rill::coro and "
                  "await that");
    return begin(*handle.promise().task(), handle);
  }

  /// Called by a member that has ended.
  void take_end(join_member& member) noexcept;

  cancel_outcome try_cancel(const shared_text& reason) noexcept override;
  bool passes_on() const noexcept override { return !settled_; }
  task_state* pass_on_to(task_state* previous, const shared_text& reason) noexcept override;
  cancel_outcome passed_on() noexcept override;
  std::size_t awaited_count() const noexcept override { return count_; }
  future_state* awaited_at(std::size_t index) const noexcept override;  // O(index)

 protected:
  join_wait() noexcept = default;
  /// The derived class calls stop() in its destructor, while its members still are.
  ~join_wait() = default;
  void stop() noexcept;

  /// In the order in which they are started. They stay where they are.
  void add_member(join_member& member) noexcept;

  /// Makes the member what it is: fills `state` and `owned`.
  virtual void start_member(scheduler& owner, join_member& member) = 0;
  /// A member has ended. May call settle() or cancel_owned().
  virtual void on_member_end(join_member& member) noexcept = 0;
  /// Whether the caller's cancellation goes to handles too; else it only ends the wait for them.
  virtual bool cancels_handles() const noexcept { return true; }
  /// Called when all members have been started and some are pending, before the task is suspended.
  virtual void on_parked() {}

  /// There is enough: the wait is over as soon as no owned member is pending.
  void settle() noexcept { settled_ = true; }
  bool settled() const noexcept { return settled_; }
  /// settle(), with something that a cancellation does not take away: it strikes behind the wait.
  void settle_for_good() noexcept {
    settled_ = true;
    kept_ = true;
  }
  /// The caller's cancellation was passed on to the members.
  bool asked() const noexcept { return asked_; }
  void cancel_owned() noexcept;
  /// Handles too.
  void cancel_pending() noexcept;
  /// Wakes the task if the wait is over. For timers.
  void finish_if_over() noexcept;
  /// To be called first in await_resume(): throws for a cancellation, or for a member that could
  /// not be started.
  void check_join();
  std::size_t pending_count() const noexcept { return pending_; }
  join_member* first_member() const noexcept { return first_; }

 private:
  void cancel_members(bool handles_too) noexcept;
  bool begin(task_state& task, std::coroutine_handle<> handle);
  void start_all(scheduler& owner);
  void link(join_member& member) noexcept;
  bool over() const noexcept { return pending_ == 0 || (settled_ && owned_pending_ == 0); }
  static bool was_struck(const join_member& member) noexcept;

  join_member* first_ = nullptr;
  // While members are added: the last. While a request is passed on: the next to ask.
  join_member* cursor_ = nullptr;
  std::uint32_t count_ = 0;
  std::uint32_t pending_ = 0;
  std::uint32_t owned_pending_ = 0;
  std::exception_ptr start_error_;
  bool begun_ = false;
  bool settled_ = false;
  bool parked_ = false;  // the task is suspended here
  bool asking_ = false;  // a request is being passed on
  bool asked_ = false;   // the caller's cancellation was passed on
  bool struck_ = false;  // and some member has taken it
  bool kept_ = false;    // but there is an outcome
};

RILL_LOCAL_TYPES_IN_FRAME_BEGIN
/// Runs an awaitable that is neither a coroutine nor a future as a task's coroutine. It is referred
/// to, and ends before the combinator does.
template <class Awaitable>
coro<await_result_t<Awaitable>> as_coroutine(Awaitable& awaited) {
  co_return co_await static_cast<Awaitable&&>(awaited);
}
RILL_LOCAL_TYPES_IN_FRAME_END

/// Throws usage_error if a future belongs to another loop.
void check_same_loop(const scheduler& owner, const future_state& state);

/// Makes a member of a task that was just made for it.
template <class T>
void own(join_member& member, task<T>&& running) {
  member.state = future_access::take_state(std::move(running));
  member.owned = true;
  member.bare = std::is_void_v<T>;
}

template <class T>
concept future_handle = std::is_base_of_v<any_future, std::remove_cvref_t<T>>;

/// What a combinator keeps of an argument until it is awaited: a coroutine or a handle by value,
/// another awaitable by reference.
template <class Awaitable>
class join_source {
 public:
  using value = await_result_t<Awaitable>;  // of the future
  using result = value;                     // of the await
  static constexpr bool lent = false;

  explicit join_source(Awaitable&& awaited) noexcept : awaited_(awaited) {}
  void start(scheduler& owner, join_member& member) {
    own(member, launch(owner, as_coroutine<Awaitable>(awaited_), {}));
  }

 private:
  std::remove_reference_t<Awaitable>& awaited_;
};

template <class T>
class join_source<coro<T>> {
 public:
  using value = T;
  using result = T;
  static constexpr bool lent = false;

  explicit join_source(coro<T>&& coroutine) noexcept : coroutine_(std::move(coroutine)) {}
  void start(scheduler& owner, join_member& member) {
    own(member, launch(owner, std::move(coroutine_), {}));
  }

 private:
  coro<T> coroutine_;
};

template <future_handle Handle>
class join_source<Handle> {
 public:
  using value = typename std::remove_cvref_t<Handle>::value_type;
  using result = await_result_t<Handle>;
  static constexpr bool lent = std::is_lvalue_reference_v<Handle>;

  explicit join_source(const std::remove_reference_t<Handle>& handle) noexcept
      : state_(future_access::state(handle)) {}
  void start(scheduler& owner, join_member& member) {
    check_same_loop(owner, *checked(state_));
    member.state = state_;
  }

 private:
  state_ref<future_state> state_;
};

/// The result of a member that has a value: that of a handle that was lent is left in place, else
/// it is moved out.
template <class Source>
typename Source::result take_value(join_member& member) {
  if constexpr (Source::lent) {
    return slot_of<typename Source::value>(*member.state).get();
  } else {
    return slot_of<typename Source::value>(*member.state).take();
  }
}

}  // namespace rill::detail
