// SPDX-License-Identifier: BSL-1.0
// How an awaiter finds the task that awaits it: through the promise, or, in a coroutine that is not
// rill's, through a guest block that stands in for the task during one wait.
#pragma once

#include <coroutine>

#include "rill/core/detail/promise_base.hpp"

namespace rill::detail {

/// Stands in for the task of a foreign coroutine during one wait on a rill awaitable. Frees itself
/// after the coroutine has been resumed. A guest cannot be cancelled and is in no list.
class guest_task final : public task_state {
 public:
  /// Throws usage_error when no loop runs in this thread.
  static guest_task& create();
  void discard() noexcept { release(); }

 private:
  explicit guest_task(scheduler& owner) noexcept;
  ~guest_task() = default;
  static void destroy(future_state& state) noexcept;
  static const future_ops ops;
};

/// The task that runs the coroutine of `handle`. Throws usage_error outside a loop.
template <class Promise>
task_state& waiting_task(std::coroutine_handle<Promise> handle) {
  if constexpr (rill_promise<Promise>) {
    return *handle.promise().task();
  } else {
    return guest_task::create();
  }
}

/// Undoes waiting_task() when the awaiter does not suspend after all.
template <class Promise>
void discard_waiting_task(task_state& task) noexcept {
  if constexpr (!rill_promise<Promise>) static_cast<guest_task&>(task).discard();
}

}  // namespace rill::detail
