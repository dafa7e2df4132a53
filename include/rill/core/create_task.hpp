// SPDX-License-Identifier: BSL-1.0
// create_task: has the loop run a coroutine.
#pragma once

#include <functional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/core/detail/task_block.hpp"
#include "rill/core/task.hpp"

namespace rill {

// [task_options]
/// Options of create_task(). Trivial members only: GCC 12 mishandles others in an awaiting
/// expression.
struct task_options {
  std::string_view name = {};  ///< for dumps; "task-N" if empty. Copied.
  /// Runs the first step inside create_task(), up to the first suspension. A task that does not
  /// suspend is done when it returns. Queued nevertheless where the loop does not run, and where
  /// such starts are nested too deeply. asyncio: eager_start.
  bool eager_start = false;
  /// Runs the task in this context, and not in a copy of its maker's: what it sets stays there.
  /// asyncio: context. Kept as long as the task. An eager start in one that is entered throws
  /// usage_error.
  const rill::context* context = nullptr;
};
// [/task_options]

namespace detail {

template <class T>
task<T> launch(scheduler& owner, coro<T>&& coroutine, const task_options& options) {
  promise<T>& outermost = coro_access::promise_of(coroutine);
  auto* const block = new task_block<T>(owner);
  return start_block<T>(block, outermost, coroutine, options);
}

template <class Callable, class... Args>
auto launch_call(scheduler& owner, const task_options& options, Callable&& callable,
                 Args&&... args) {
  using payload = call_payload<std::decay_t<Callable>, std::decay_t<Args>...>;
  using returned = typename payload::result;
  static_assert(is_coro<returned>,
                "rill: create_task(callable, args...) needs a callable that returns rill::coro<T>");
  using value = typename returned::value_type;
  auto* const block = new task_block_with<value, payload>(owner, std::forward<Callable>(callable),
                                                          std::forward<Args>(args)...);
  block_guard guard(block);
  returned coroutine = block->payload.invoke();
  promise<value>& outermost = coro_access::promise_of(coroutine);
  guard.dismiss();
  return start_block<value>(block, outermost, coroutine, options);
}

}  // namespace detail

// [create_task]
/// Has the loop of this thread run a coroutine as a task. asyncio: create_task(coro, name=...).
///
/// The first step is queued, not run in place, unless the options say so; tasks start in the order
/// made. **Throws** usage_error when no loop runs in this thread (use event_loop::create_task),
/// when the coroutine was awaited before, or when GCC 12 has broken its frame; the coroutine is
/// then destroyed unrun.
/// **Lifetime**: what the coroutine took by reference, a lambda's captures included, must outlive
/// the task; the form with a callable keeps them instead.
template <class T>
task<T> create_task(coro<T> coroutine, const task_options& options = {}) {
  return detail::launch(detail::scheduler::require_current(), std::move(coroutine), options);
}
// [/create_task]

// [create_task_callable]
/// Moves a callable and its arguments into a task, calls it with them, and runs the coroutine that
/// it returns. Both live until the coroutine has ended, so a capturing lambda or a temporary cannot
/// dangle. The arguments are passed as rvalues.
///
///     create_task([id](std::string text) -> coro<> { ... }, "hello");
///
/// In a coroutine compiled by GCC 12, name a lambda that captures before the line that awaits.
template <class Callable, class... Args>
  requires std::is_invocable_v<std::decay_t<Callable>&, std::decay_t<Args>...>
auto create_task(Callable&& callable, Args&&... args) {
  return detail::launch_call(detail::scheduler::require_current(), task_options{},
                             std::forward<Callable>(callable), std::forward<Args>(args)...);
}
// [/create_task_callable]

/// The same with options in front.
template <class Callable, class... Args>
  requires std::is_invocable_v<std::decay_t<Callable>&, std::decay_t<Args>...>
auto create_task(const task_options& options, Callable&& callable, Args&&... args) {
  return detail::launch_call(detail::scheduler::require_current(), options,
                             std::forward<Callable>(callable), std::forward<Args>(args)...);
}

}  // namespace rill
