// SPDX-License-Identifier: BSL-1.0
// The innermost loop: batches of what is ready, and one step of a task. In one file, so that a step
// costs no calls but the one into the coroutine.
#include "rill/core/detail/task_state.hpp"
#include "rill/core/scheduler.hpp"

namespace rill::detail {

inline void task_state::run_step(scheduler& owner) noexcept {
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
    owner.current_task_ = nullptr;
    release();
  } else if (state_ == run_state::ended) {
    finish();
  } else {
    report_stray();
  }
}

inline void task_state::run(scheduler& owner) noexcept {
  if (shares_context_) [[unlikely]] {
    run_in_shared_context(owner);
  } else {
    run_step(owner);
  }
}

void task_state::run_in_shared_context(scheduler& owner) noexcept {
  const state_ref<context_state> shared = extras_->shared;  // the task may go
  if (shared->entered.exchange(true)) {
    owner.make_ready(*this);  // another thread is inside: in the next turn
    return;
  }
  run_step(owner);
  shared->entered.store_release(false);
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
  const std::int64_t stays = owner.forbid_stays();
  // Outside of batches, in an exception handler say, this stack is the first to be bounded.
  const std::uintptr_t floor = owner.stack_floor_;
  if (floor == 0) owner.stack_floor_ = scheduler::floor_below(__builtin_frame_address(0));
  run(owner);
  owner.allow_stays(stays);
  owner.stack_floor_ = floor;
  owner.current_task_ = creator;
}

bool scheduler::decide_stay() noexcept {
  if (*batch_stop_ || has_posted()) return false;
  if (batch_until_ != nullptr && batch_until_->done()) return false;
  --steps_left_;
  return true;
}

std::size_t scheduler::run_batch() noexcept {
  const bool once = true;
  return run_batches(1, once, nullptr);
}

std::size_t scheduler::run_batches(std::int64_t most, const bool& stop,
                                   const future_state* until) noexcept {
  if (ready_.empty()) return 0;
  stack_floor_ = floor_below(__builtin_frame_address(0));
  batch_stop_ = &stop;
  batch_until_ = until;
  steps_left_ = most;
  do {
    // The batch ends with the node that is the newest now; it stays in the queue until its turn.
    const ready_node* const last = ready_.last();
    const ready_node* ran = nullptr;
    do {
      ready_node& node = ready_.pop();
      ran = &node;
      --steps_left_;
      if (node.ops == &task_state::step_ops) [[likely]] {
        static_cast<task_state&>(node).run(*this);
      } else {
        current_task_ = nullptr;
        node.ops->run(node);
      }
    } while (ran != last);
  } while (steps_left_ > 0 && !ready_.empty() && !stop && !has_posted() &&
           (until == nullptr || !until->done()));
  const std::int64_t ran = most - steps_left_;
  steps_left_ = 0;
  stack_floor_ = 0;
  current_task_ = nullptr;
  return static_cast<std::size_t>(ran);
}

}  // namespace rill::detail
