// SPDX-License-Identifier: BSL-1.0
// task_group: tasks that end together.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "rill/base/detail/intrusive_list.hpp"
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

// [task_group]
/// Tasks that end together. asyncio: TaskGroup. Made by with_task_group(), whose body is given it.
///
/// The first member that fails, with anything but a cancellation, cancels its siblings and the
/// body's present wait. Results are on the members' handles. A member that is cancelled by hand is
/// just over. **Threads**: only on the thread of its loop. **Lifetime**: that of with_task_group();
/// members may use it too.
class task_group {
 public:
  task_group(const task_group&) = delete;
  task_group& operator=(const task_group&) = delete;

  /// Makes a member. As rill::create_task(). From the body, from members, and from other code of
  /// the loop, for as long as the body runs or a member lives. Throws usage_error, and destroys the
  /// coroutine unrun, when the group is over or being cancelled.
  template <class T>
  member_task<T> create_task(coro<T> coroutine, const task_options& options = {}) {
    member_ref member = prepare();
    return add(std::move(member), rill::create_task(std::move(coroutine), options));
  }
  template <class Callable, class... Args>
    requires std::is_invocable_v<std::decay_t<Callable>&, std::decay_t<Args>...>
  auto create_task(Callable&& callable, Args&&... args) {
    member_ref member = prepare();
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
  coro<T> start(Callable callable, Args... args);

  /// Cancels the members and the body's wait; with_task_group() then ends without an error, unless
  /// there is one. Idempotent; no members can be added after it. asyncio: cancel().
  void cancel(std::string_view reason = {});

  /// Members that have not ended.
  std::size_t size() const noexcept { return live_; }
  // [/task_group]

 protected:
  explicit task_group(group_options options) noexcept : options_(options) {}
  ~task_group();

  /// The body has ended. An error or a cancellation of it stops the members.
  void end_body(std::exception_ptr error, bool interrupted) noexcept;
  /// Throws what with_task_group() throws, if anything. Requires: no member lives.
  void conclude();

 private:
  friend class detail::group_wait;
  friend struct detail::group_member;

  using member_ref = std::unique_ptr<detail::group_member>;

  /// Throws usage_error if no member can be added.
  member_ref prepare();
  template <class T>
  member_task<T> add(member_ref member, task<T> made) {
    adopt(std::move(member), detail::future_access::state(made));
    return member_task<T>(std::move(made));
  }
  void adopt(member_ref member, const detail::state_ref<detail::future_state>& state) noexcept;
  void on_member_end(detail::group_member& member) noexcept;
  void stop_members(const detail::shared_text& reason) noexcept;
  void abort() noexcept;
  std::vector<std::exception_ptr> take_errors();
  void drop(detail::intrusive_list<detail::group_member>& list) noexcept;

  cancel_scope scope_;
  detail::intrusive_list<detail::group_member> members_;  // that live
  detail::intrusive_list<detail::group_member> failed_;   // in the order of failing
  detail::group_wait* waiting_ = nullptr;
  std::exception_ptr body_error_;
  std::exception_ptr interruption_;
  std::size_t live_ = 0;
  group_options options_;
  bool body_runs_ = true;
  bool interrupted_ = false;  // a cancellation from outside has met the wait for the members
  bool stopping_ = false;
  bool over_ = false;
};

namespace detail {

/// A group that is entered, and left.
class running_group final : public task_group {
 public:
  explicit running_group(group_options options) noexcept : task_group(options) {}
  using task_group::conclude;
  using task_group::end_body;
};

/// A member that start() has begun: what fails before it is ready is told there, not to the group.
template <class T, class Callable, class... Args>
coro<> run_started(future<T> ready, task_status<T> status, Callable callable, Args... args) {
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
  running_group group(options);
  std::optional<stored_t<T>> value;
  std::exception_ptr error;
  bool interrupted = false;
  coro<T> running;
  try {
    running = std::invoke(body, static_cast<task_group&>(group));
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
  group.end_body(std::move(error), interrupted);
  co_await group_wait(group);
  group.conclude();
  if constexpr (std::is_reference_v<T>) {
    if (!value) throw_no_value_of_body();
    co_return **value;
  } else if constexpr (!std::is_void_v<T>) {
    if (!value) throw_no_value_of_body();
    co_return std::move(*value);
  }
}

}  // namespace detail

template <class T, class Callable, class... Args>
coro<T> task_group::start(Callable callable, Args... args) {
  future<T> ready = create_future<T>();
  const member_task<> member = create_task(detail::run_started<T, Callable, Args...>(
      ready, task_status<T>(ready), std::move(callable), std::move(args)...));
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
  std::rethrow_exception(interruption);
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
