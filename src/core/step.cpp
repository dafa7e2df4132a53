// SPDX-License-Identifier: BSL-1.0
// The innermost loop: batches of what is ready, and one step of a task. In one file, so that a step
// costs no calls but the one into the coroutine.
#include "rill/core/detail/task_state.hpp"
#include "rill/core/scheduler.hpp"

namespace rill::detail {

inline void task_state::run(scheduler& owner) noexcept {
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

void task_state::step(ready_node& node) noexcept {
  auto& self = static_cast<task_state&>(node);
  self.run(*self.scheduler_);
}

void task_state::start_eagerly(promise_base& outermost) noexcept {
  scheduler& owner = *scheduler_;
  if (scheduler::current() != &owner || !owner.has_stack_room() || !owner.is_open()) {
    start(outermost);
    return;
  }
  enlist(outermost);
  task_state* const creator = owner.current_task_;
  const context_scope own(&owner, nullptr);
  run(owner);
  owner.current_task_ = creator;
}

std::size_t scheduler::run_batch() noexcept {
  const bool once = true;
  return run_batches(1, once, nullptr);
}

std::size_t scheduler::run_batches(std::int64_t most, const bool& stop,
                                   const future_state* until) noexcept {
  if (ready_.empty()) return 0;
  stack_floor_ = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) - nesting_bytes;
  std::int64_t left = most;
  do {
    // The batch ends with the node that is the newest now; it stays in the queue until its turn.
    const ready_node* const last = ready_.last();
    const ready_node* ran = nullptr;
    do {
      ready_node& node = ready_.pop();
      ran = &node;
      --left;
      if (node.ops == &task_state::step_ops) [[likely]] {
        static_cast<task_state&>(node).run(*this);
      } else {
        current_task_ = nullptr;
        node.ops->run(node);
      }
    } while (ran != last);
  } while (left > 0 && !ready_.empty() && !stop && !has_posted() &&
           (until == nullptr || !until->done()));
  stack_floor_ = 0;
  current_task_ = nullptr;
  return static_cast<std::size_t>(most - left);
}

}  // namespace rill::detail
