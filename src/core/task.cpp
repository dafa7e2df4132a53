// SPDX-License-Identifier: BSL-1.0
#include "rill/core/task.hpp"

#include <string>
#include <vector>

#include "rill/core/detail/promise_base.hpp"
#include "rill/core/scheduler.hpp"

namespace rill {

namespace detail {

RILL_COLD std::string task_name(const task_state& state) {
  if (!state.name().empty()) return std::string(state.name());
  return "task-" + std::to_string(state.id());
}

}  // namespace detail

any_task current_task() {
  detail::task_state* const task = detail::scheduler::require_current().current_task();
  if (task == nullptr)
    detail::throw_usage("rill: no task is running; this is a callback of the loop");
  return detail::task_access::wrap(*task);
}

std::vector<any_task> all_tasks() {
  const detail::scheduler& owner = detail::scheduler::require_current();
  std::vector<any_task> tasks;
  tasks.reserve(owner.task_count());
  for (detail::task_state* task = owner.first_task(); task != nullptr; task = task->next_task()) {
    tasks.push_back(detail::task_access::wrap(*task));
  }
  return tasks;
}

std::vector<await_frame> call_chain(const any_task& task) {
  std::vector<await_frame> frames;
  const detail::task_state* const state = detail::task_access::state(task);
  const detail::wait_op* const wait = state->current_wait();
  for (const detail::promise_base* promise = state->innermost(); promise != nullptr;
       promise = promise->caller()) {
    const char* const kind =
        frames.empty() ? (wait != nullptr ? wait->describe() : "ready") : "coro";
    frames.push_back({promise->site(), kind});
  }
  return frames;
}

}  // namespace rill
