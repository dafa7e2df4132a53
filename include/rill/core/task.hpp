// SPDX-License-Identifier: BSL-1.0
// task<T> and any_task: handles of coroutines that the loop runs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rill/core/await_site.hpp"
#include "rill/core/detail/task_state.hpp"
#include "rill/core/future.hpp"

namespace rill {

namespace detail {

struct task_access;

/// The members that task<T> and any_task add to a future.
template <class Handle>
class task_members {
 public:
  /// Asks the task to stop: its present await throws cancelled_error, or the next one that has to
  /// wait; a task that has not begun never runs. A request, not a guarantee: the coroutine may
  /// clean up, and may refuse. asyncio: Task.cancel(msg). Returns false when the task is done. An
  /// operation that has completed already delivers its value first; the request strikes at the next
  /// await.
  bool cancel(std::string_view reason = {}) const { return state().cancel(shared_text(reason)); }

  /// How many cancellation requests are open: made, and not taken back by uncancel() or absorbed by
  /// a scope.
  int cancelling() const noexcept { return static_cast<int>(state().cancelling()); }
  /// Takes one request back, whether it has struck or not; returns how many remain. No effect once
  /// done.
  int uncancel() const noexcept { return static_cast<int>(state().uncancel()); }

  /// The name given to create_task() or set_name(), else "task-N".
  std::string name() const;
  void set_name(std::string_view name) const { state().set_name(name); }
  /// A number that no other task of the same loop has.
  std::uint64_t id() const noexcept { return state().id(); }

 private:
  task_state& state() const noexcept {
    return *static_cast<const Handle&>(*this).task_state_pointer();
  }
};

std::string task_name(const task_state& state);

template <class Handle>
std::string task_members<Handle>::name() const {
  return task_name(state());
}

}  // namespace detail

// [any_task]
/// A task whose type of result is not known here: what current_task() and all_tasks() give.
class any_task : public any_future, public detail::task_members<any_task> {
 public:
  any_task() noexcept = default;

  using detail::task_members<any_task>::cancel;
  // [/any_task]

 private:
  friend struct detail::task_access;
  friend class detail::task_members<any_task>;
  explicit any_task(detail::task_state& state) noexcept
      : any_future(detail::state_ref<detail::future_state>(&state)) {}
  detail::task_state* task_state_pointer() const noexcept { return state_->as_task(); }
};

// [task]
/// The handle of a running coroutine. asyncio: Task. Made by create_task(); is a future<T>.
///
/// The loop owns running tasks: dropping the handle detaches, it neither cancels nor destroys. The
/// coroutine's frame, with its arguments and locals, is destroyed as soon as the coroutine ends;
/// the handle keeps the result.
/// **Awaiting**: as for future<T>; if the waiting task is cancelled, the awaited task is asked to
/// stop too, and the wait ends when that task has ended. Awaiting oneself is a usage_error.
/// **Errors**: a failure that nobody has looked at is reported to the loop's exception handler when
/// the task ends, or, while handles are held, when the last handle goes.
template <class T = void>
class [[nodiscard("dropping a task handle detaches the task; keep it, or call detach()")]] task
    : public future<T>,
      public detail::task_members<task<T>> {
 public:
  task() noexcept = default;

  using detail::task_members<task<T>>::cancel;

  /// Lets the task run on by itself. Says to the reader, and to the compiler, that the handle is
  /// not needed.
  void detach() && noexcept { this->state_ = {}; }

  operator any_task() const noexcept;

  // A task's outcome is its coroutine's.
  template <class... Args>
  void set_result(Args&&...) const = delete;
  template <class Exception>
  void set_exception(Exception&&) const = delete;
  // [/task]

 private:
  friend struct detail::task_access;
  friend class detail::task_members<task<T>>;
  explicit task(detail::state_ref<detail::future_state> state) noexcept
      : future<T>(std::move(state)) {}
  detail::task_state* task_state_pointer() const noexcept { return this->state_->as_task(); }
};

namespace detail {

struct task_access {
  template <class T>
  static task<T> adopt(future_state& state) noexcept {
    return task<T>(state_ref<future_state>(&state, {}));
  }
  static any_task wrap(task_state& state) noexcept { return any_task(state); }
  static task_state* state(const any_task& handle) noexcept { return handle.task_state_pointer(); }
};

}  // namespace detail

template <class T>
task<T>::operator any_task() const noexcept {
  return detail::task_access::wrap(*task_state_pointer());
}

// [current_task]
/// The task that is running in this thread. Throws usage_error outside a task. asyncio:
/// current_task().
any_task current_task();
// [/current_task]

// [all_tasks]
/// The tasks of this thread's loop that are not done, in the order made. Throws usage_error when no
/// loop runs here. asyncio: all_tasks(). Cost: one handle per task.
std::vector<any_task> all_tasks();
// [/all_tasks]

// [await_frame]
/// One suspended coroutine in a task's chain of callers.
struct await_frame {
  await_site site;   ///< where it awaits
  const char* wait;  ///< innermost frame: the kind of wait ("sleep", "recv", ...); else "coro"
};
// [/await_frame]

// [call_chain]
/// The chain of suspended coroutines of a task, innermost first; empty while it runs, before its
/// first step, and when it is done. asyncio: Task.get_stack, without its limit to one frame. Works
/// in release builds.
std::vector<await_frame> call_chain(const any_task& task);
// [/call_chain]

}  // namespace rill
