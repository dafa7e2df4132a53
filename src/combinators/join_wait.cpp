// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/detail/join_wait.hpp"

#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"

namespace rill::detail {

void join_member::on_done(future_waiter& waiter, future_state& /*state*/) noexcept {
  auto& member = static_cast<join_member&>(waiter);
  member.join->take_end(member);
}

void check_same_loop(const scheduler& owner, const future_state& state) {
  if (&state.loop_scheduler() != &owner) {
    throw_usage(
        "rill: this future belongs to another event loop; await it there, or hand the result over "
        "with call_soon_threadsafe()");
  }
}

[[noreturn]] void throw_duplicates() {
  throw_usage(
      "rill: a handle stands twice in a range that was given away, and its result can be moved out "
      "once; give the range as an lvalue");
}

future_state* join_wait::awaited_at(std::size_t index) const noexcept {
  const join_member* member = first_;
  while (index-- != 0) member = member->next_member;
  return member->state.get();
}

void join_wait::add_member(join_member& member) noexcept {
  member.join = this;
  (cursor_ == nullptr ? first_ : cursor_->next_member) = &member;
  cursor_ = &member;
  ++count_;
}

// A member that cannot be started is a failure: those that run already are ended first.
bool join_wait::begin(task_state& task, std::coroutine_handle<> handle) {
  if (begun_) throw_usage("rill: this was awaited before; call the function again for another");
  begun_ = true;
  task_ = &task;
  try {
    start_all(task.owner());
    if (!over()) on_parked();
  } catch (...) {
    start_error_ = std::current_exception();
    settle();
  }
  if (over()) {
    stop();
    return false;
  }
  parked_ = true;
  task.suspend(handle, *this);
  if (start_error_) cancel_owned();
  // As for a single task: a cancellation that is due goes to what is awaited.
  if (parked_ && task.interrupt_due()) task.deliver();
  return true;
}

void join_wait::start_all(scheduler& owner) {
  // Once there is enough, the rest need not begin.
  for (join_member* member = first_; member != nullptr && !settled_; member = member->next_member) {
    start_member(owner, *member);
    if (member->state.get() == task_)
      throw_usage("rill: a task cannot await itself; it would wait for ever");
    link(*member);
  }
}

void join_wait::link(join_member& member) noexcept {
  if (member.state->done()) {
    on_member_end(member);
    return;
  }
  member.state->add_waiter(member);
  ++pending_;
  if (member.owned) ++owned_pending_;
}

void join_wait::take_end(join_member& member) noexcept {
  --pending_;
  if (member.owned) --owned_pending_;
  if (asked_ && was_struck(member)) struck_ = true;
  on_member_end(member);
  finish_if_over();
}

// A task that came to its end before it could be struck has not met the request.
bool join_wait::was_struck(const join_member& member) noexcept {
  const task_state* const task = member.state->as_task();
  return task == nullptr ? member.state->status() == future_status::cancelled
                         : !task->request_unmet();
}

void join_wait::finish_if_over() noexcept {
  if (!parked_ || asking_ || !over()) return;
  parked_ = false;
  stop();
  if (struck_ && !kept_ && task_->interrupt_due()) task_->take_delivery();
  task_->wake();
}

void join_wait::cancel_owned() noexcept { cancel_members(false); }
void join_wait::cancel_pending() noexcept { cancel_members(true); }

// Not those that the caller's cancellation has reached: their clean-up is not to be interrupted.
void join_wait::cancel_members(bool handles_too) noexcept {
  if (asked_) return;
  for (join_member* member = first_; member != nullptr; member = member->next_member) {
    if (member->pending() && (member->owned || handles_too)) member->state->cancel(shared_text());
  }
}

// What has decided the wait is kept, the rest was asked to stop: the request strikes behind it.
cancel_outcome join_wait::try_cancel(const shared_text& /*reason*/) noexcept {
  return cancel_outcome::too_late;
}

task_state* join_wait::pass_on_to(task_state* previous, const shared_text& reason) noexcept {
  if (previous == nullptr) {
    asking_ = true;
    asked_ = true;
    cursor_ = first_;
  }
  while (cursor_ != nullptr) {
    join_member& member = *cursor_;
    cursor_ = member.next_member;
    if (!member.pending() || (!member.owned && !cancels_handles())) continue;
    if (task_state* const task = member.state->as_task()) return task;
    member.state->cancel(reason);
  }
  return nullptr;
}

cancel_outcome join_wait::passed_on() noexcept {
  asking_ = false;
  // Handles that are not to be asked, or that wait for this very task, are left alone.
  if (!cancels_handles() || task_->awaits_itself()) {
    settle();
    struck_ = true;
  }
  if (!over()) return cancel_outcome::awaits_tasks;
  parked_ = false;
  stop();
  return cancel_outcome::withdrawn;
}

void join_wait::stop() noexcept {
  for (join_member* member = first_; member != nullptr; member = member->next_member) {
    if (member->pending()) member->state->remove_waiter(*member);
  }
}

void join_wait::check_join() {
  check_interrupt();
  if (start_error_) std::rethrow_exception(start_error_);
}

}  // namespace rill::detail
