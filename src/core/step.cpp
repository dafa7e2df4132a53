// SPDX-License-Identifier: BSL-1.0
// The innermost loop: batches of what is ready, and one step of a task. In one file, so that a step
// costs no calls but the one into the coroutine.
#include "rill/core/detail/task_state.hpp"
#include "rill/core/scheduler.hpp"

namespace rill::detail {

inline void task_state::run() noexcept {
  scheduler& owner = *scheduler_;
  if (state_ == run_state::created && attention_ && deliverable()) [[unlikely]] {
    end_without_running();
    return;
  }
  wait_ = nullptr;
  state_ = run_state::running;
  owner.current_task_ = this;
  owner.resume(leaf_);
  if (state_ == run_state::waiting || state_ == run_state::queued) [[likely]] {
    return;
  }
  if (guest_) [[unlikely]] {
    release();
  } else if (state_ == run_state::ended) {
    finish();
  } else {
    report_stray();
  }
}

void task_state::step(ready_node& node) noexcept { static_cast<task_state&>(node).run(); }

void task_state::start_eagerly(promise_base& outermost) noexcept {
  scheduler& owner = *scheduler_;
  if (scheduler::current() != &owner || !owner.has_stack_room() || !owner.is_open()) {
    start(outermost);
    return;
  }
  enlist(outermost);
  task_state* const creator = owner.current_task_;
  const context_scope own(&owner, nullptr);
  run();
  owner.current_task_ = creator;
}

// Requires: something is ready.
inline std::size_t scheduler::run_ready() noexcept {
  // The batch ends with the node that is the newest now; it stays in the queue until its turn.
  const ready_node* const last = ready_.last();
  std::size_t count = 0;
  const ready_node* ran = nullptr;
  do {
    ready_node& node = ready_.pop();
    ran = &node;
    ++count;
    if (node.ops == &task_state::step_ops) [[likely]] {
      static_cast<task_state&>(node).run();
    } else {
      current_task_ = nullptr;
      node.ops->run(node);
    }
  } while (ran != last);
  return count;
}

std::size_t scheduler::run_batch() noexcept {
  const bool once = true;
  return run_batches(1, once, nullptr);
}

std::size_t scheduler::run_batches(std::int64_t most, const bool& stop,
                                   const future_state* until) noexcept {
  if (ready_.empty()) return 0;
  stack_floor_ = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) - nesting_bytes;
  std::int64_t count = 0;
  do {
    count += static_cast<std::int64_t>(run_ready());
  } while (!ready_.empty() && count < most && !stop && !has_posted() &&
           (until == nullptr || !until->done()));
  stack_floor_ = 0;
  current_task_ = nullptr;
  return static_cast<std::size_t>(count);
}

}  // namespace rill::detail
