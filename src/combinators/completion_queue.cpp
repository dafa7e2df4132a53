// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/detail/completion_queue.hpp"

#include "rill/combinators/detail/join_wait.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"

namespace rill::detail {

void completion_member::on_done(future_waiter& waiter, future_state& /*done*/) noexcept {
  auto& self = static_cast<completion_member&>(waiter);
  self.queue->on_member_end(self);
}

completion_queue::completion_queue(std::int64_t timeout, member_lookup lookup) : lookup_(lookup) {
  if (timeout != never)
    deadline_ = saturated_sum(loop_services::of(scheduler::require_current()).now(), timeout);
}

void completion_queue::add(completion_member& member) {
  if (owner_ == nullptr) owner_ = &member.state->loop_scheduler();
  check_same_loop(*owner_, *member.state);
  member.queue = this;
  ++count_;
  ++left_;
  if (member.state->done()) {
    push(member);
  } else {
    ++pending_;
    member.state->add_waiter(member);
  }
}

void completion_queue::on_member_end(completion_member& member) noexcept {
  --pending_;
  push(member);
}

void completion_queue::push(completion_member& member) noexcept {
  (last_ended_ == nullptr ? first_ended_ : last_ended_->next_ended) = &member;
  last_ended_ = &member;
  if (waiting_ != nullptr) waiting_->wake();
}

future_state* completion_awaiter::awaited_at(std::size_t index) const noexcept {
  for (std::size_t i = 0; i < queue_->count_; ++i) {
    future_state* const state = queue_->lookup_(*queue_, i).state.get();
    if (!state->done() && index-- == 0) return state;
  }
  return nullptr;
}

bool completion_awaiter::park(task_state& task, std::coroutine_handle<> handle) {
  if (queue_->waiting_ != nullptr) {
    throw_usage("rill: another task waits for the next of these; one at a time");
  }
  check_same_loop(task.owner(), *queue_->lookup_(*queue_, 0).state);
  if (queue_->pending_ == 1 && awaited_at(0) == &task)
    throw_usage("rill: a task cannot await itself; it would wait for ever");
  task_ = &task;
  if (task.interrupt_due()) {
    task.take_delivery();
    return false;
  }
  loop_services& loop = loop_services::of(task);
  if (queue_->deadline_ != never) {
    if (queue_->deadline_ <= loop.now()) return false;
    loop.arm(*this, queue_->deadline_);
  }
  queue_->waiting_ = this;
  task.suspend(handle, *this);
  return true;
}

void completion_awaiter::stop() noexcept {
  if (armed()) loop_services::of(*task_).disarm(*this);
  if (queue_->waiting_ == this) queue_->waiting_ = nullptr;
}

void completion_awaiter::wake() noexcept {
  stop();
  task_->wake();
}

void completion_awaiter::on_due(timer_node& timer) noexcept {
  static_cast<completion_awaiter&>(timer).wake();
}

cancel_outcome completion_awaiter::try_cancel(const shared_text& /*reason*/) noexcept {
  stop();
  return cancel_outcome::withdrawn;
}

completion_member* completion_awaiter::take() {
  check_interrupt();
  completion_member* const ended = queue_->first_ended_;
  if (ended == nullptr) {
    if (queue_->left_ == 0) return nullptr;
    throw timeout_error();
  }
  queue_->first_ended_ = ended->next_ended;
  if (queue_->first_ended_ == nullptr) queue_->last_ended_ = nullptr;
  --queue_->left_;
  return ended;
}

}  // namespace rill::detail
