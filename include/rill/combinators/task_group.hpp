// SPDX-License-Identifier: BSL-1.0
// task_group: tasks that end together.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "rill/combinators/detail/group_state.hpp"
#include "rill/combinators/detail/group_wait.hpp"
#include "rill/combinators/task_status.hpp"
#include "rill/core/cancel_scope.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/detail/ended_awaiter.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/future.hpp"
#include "rill/core/result.hpp"
#include "rill/core/task.hpp"

namespace rill {

// [group_options]
/// Options of with_task_group().
struct group_options {
  /// Also a lone error is thrown as an exception_group.
  bool always_wrap = false;
};
// [/group_options]

// [member_task]
/// The handle of a member of a task_group: a task that may be dropped, since the group waits for
/// it.
template <class T = void>
class member_task : public task<T> {
 public:
  member_task() noexcept = default;
  explicit member_task(task<T> handle) noexcept : task<T>(std::move(handle)) {}
};
// [/member_task]

namespace detail {
template <class T, class Body>
coro<T> run_group(Body body, group_options options);
}

// [task_group]
/// Tasks that end together. asyncio: TaskGroup. Made by with_task_group(), whose body is given it.
///
/// The first member that fails, with anything but a cancellation, cancels its siblings and the
/// body's present wait. Results are on the members' handles. A member that is cancelled by hand is
/// just over. **Threads**: only on the thread of its loop. **Lifetime**: copies refer to the same
/// group, and may be kept longer than it lives; what is then asked of them is a usage_error.
class task_group : private detail::group_link {
 public:
  /// Refers to no group.
  task_group() noexcept = default;

  /// True while this refers to a group that is not over.
  explicit operator bool() const noexcept { return group() != nullptr; }

  /// Makes a member. As rill::create_task(). From the body, from members, and from other code of
  /// the loop, for as long as the body runs or a member lives. Throws usage_error, and destroys the
  /// coroutine unrun, when the group is over or being cancelled.
  template <class T>
  member_task<T> create_task(coro<T> coroutine, const task_options& options = {}) const {
    detail::group_state::member_ref member = state().prepare();
    return add(std::move(member), rill::create_task(std::move(coroutine), options));
  }
  template <class Callable, class... Args>
    requires std::is_invocable_v<std::decay_t<Callable>&, std::decay_t<Args>...>
  auto create_task(Callable&& callable, Args&&... args) const {
    detail::group_state::member_ref member = state().prepare();
    return add(std::move(member),
               rill::create_task(std::forward<Callable>(callable), std::forward<Args>(args)...));
  }

  /// Starts a member and waits until it says that it is ready. asyncio: none; trio: start().
  ///
  /// `callable(task_status<T>, args...)` gives the member's coroutine, which calls
  /// `status.started(value)` some time; the value is the result here. If it fails, or ends, before
  /// that, the error is thrown here (for an end, a usage_error), and the group goes on.
  /// **Cancellation** of the caller cancels and joins the member.
  template <class T = void, class Callable, class... Args>
  coro<T> start(Callable callable, Args... args) const;

  /// Cancels the members and the body's wait; with_task_group() then ends without an error, unless
  /// there is one. Idempotent, also when the group is over; no members can be added after it.
  /// asyncio: cancel().
  void cancel(std::string_view reason = {}) const {
    if (group() != nullptr) group()->cancel(reason);
  }

  /// Members that have not ended.
  std::size_t size() const noexcept { return group() == nullptr ? 0 : group()->live(); }
  // [/task_group]

 private:
  template <class T, class Body>
  friend coro<T> detail::run_group(Body body, group_options options);
  explicit task_group(detail::group_state& group) noexcept : group_link(group) {}

  template <class T>
  member_task<T> add(detail::group_state::member_ref member, task<T> made) const {
    state().adopt(std::move(member), detail::future_access::state(made));
    return member_task<T>(std::move(made));
  }
};

namespace detail {

/// Goes with the frame of a member that start() has made: a member that is cancelled before its
/// first step never runs, and start() is to hear of it.
template <class T>
class start_guard {
 public:
  explicit start_guard(future<T> ready) noexcept : ready_(std::move(ready)) {}
  start_guard(start_guard&&) noexcept = default;
  start_guard& operator=(start_guard&&) = delete;
  ~start_guard() {
    if (ready_ && !ready_.done()) ready_.cancel("the member was cancelled before it began");
  }
  const future<T>& ready() const noexcept { return ready_; }

 private:
  future<T> ready_;
};

/// A member that start() has begun: what fails before it is ready is told there, not to the group.
template <class T, class Callable, class... Args>
coro<> run_started(start_guard<T> guard, task_status<T> status, Callable callable, Args... args) {
  const future<T>& ready = guard.ready();
  std::exception_ptr error;
  try {
    co_await std::invoke(callable, std::move(status), std::move(args)...);
  } catch (...) {
    error = std::current_exception();
  }
  if (ready.done()) {
    if (error) std::rethrow_exception(error);
    co_return;
  }
  if (!error) {
    error = std::make_exception_ptr(
        usage_error("rill: the task has ended without saying that it is ready; call started()"));
  }
  ready.set_exception(std::move(error));
}

[[noreturn]] void throw_no_value_of_body();

template <class T, class Body>
coro<T> run_group(Body body, group_options options) {
  group_state state(options.always_wrap);
  task_group group(state);
  std::optional<stored_t<T>> value;
  std::exception_ptr error;
  bool interrupted = false;
  coro<T> running;
  try {
    running = std::invoke(body, group);
    if constexpr (std::is_void_v<T>) {
      co_await std::move(running);
      value.emplace();
    } else if constexpr (std::is_reference_v<T>) {
      T result = co_await std::move(running);
      value.emplace(&result);
    } else {
      value.emplace(co_await std::move(running));
    }
  } catch (const cancelled_error&) {
    error = std::current_exception();
    interrupted = true;
  } catch (...) {
    error = std::current_exception();
  }
  state.end_body(std::move(error), interrupted);
  co_await group_wait(state);
  state.conclude();
  if constexpr (std::is_reference_v<T>) {
    if (!value) throw_no_value_of_body();
    co_return **value;
  } else if constexpr (!std::is_void_v<T>) {
    if (!value) throw_no_value_of_body();
    co_return std::move(*value);
  }
}

/// What start() does. `group` is a copy: that of the caller may go while this waits.
template <class T, class Callable, class... Args>
coro<T> start_member(task_group group, Callable callable, Args... args) {
  future<T> ready = create_future<T>();
  const member_task<> member = group.create_task(detail::run_started<T, Callable, Args...>(
      start_guard<T>(ready), status_access::make(ready), std::move(callable), std::move(args)...));
  std::exception_ptr interruption;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await ready;
      co_return;
    } else {
      co_return co_await std::move(ready);
    }
  } catch (const cancelled_error&) {
    interruption = std::current_exception();
  }
  member.cancel();
  {
    const cancel_scope keep(cancel_scope::shielding::shielded);
    co_await detail::ended(member);
  }
  rethrow_interruption(interruption);
}

}  // namespace detail

template <class T, class Callable, class... Args>
coro<T> task_group::start(Callable callable, Args... args) const {
  return detail::start_member<T, Callable, Args...>(*this, std::move(callable), std::move(args)...);
}

// [with_task_group]
/// Runs a body with a task_group, and goes on when the body and all members have ended. asyncio:
/// `async with TaskGroup() as group`.
///
///     const auto body = [&](rill::task_group& group) -> rill::coro<> {
///       group.create_task(produce());
///       group.create_task(consume());
///       co_return;
///     };
///     co_await rill::with_task_group(body);
///
/// The body's value is the result. **Errors**: of members, in the order in which they failed, then
/// of the body: a lone one is thrown as itself, several as an exception_group; cancellations are
/// not among them. **Cancellation** from outside strikes the body, or stops the members, and goes
/// on when all have ended; if there are errors, they are thrown, and it strikes at the next await.
/// A body stopped by cancel() has no value: with a result type, that is a usage_error.
/// **Lifetime**: the callable is kept until all have ended, so that members may refer to what it
/// captures and to what lives outside. The body's own variables die with the body, before the
/// members: give callables and their arguments to create_task(), which keeps them.
template <class Body>
  requires std::is_invocable_v<Body&, task_group&>
auto with_task_group(Body body, group_options options = {}) {
  using coroutine = std::invoke_result_t<Body&, task_group&>;
  static_assert(detail::is_coro<coroutine>,
                "rill: the body of a task_group must return rill::coro<T>");
  return detail::run_group<typename coroutine::value_type, Body>(std::move(body), options);
}
// [/with_task_group]

}  // namespace rill
