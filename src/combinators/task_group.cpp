// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/task_group.hpp"

#include <utility>

#include "rill/combinators/exception_group.hpp"
#include "rill/core/scheduler.hpp"

namespace rill::detail {

void group_member::on_done(future_waiter& waiter, future_state& /*state*/) noexcept {
  auto& self = static_cast<group_member&>(waiter);
  self.group->on_member_end(self);
}

bool group_wait::await_ready() const noexcept { return group_->live_ == 0; }

void group_wait::park(task_state& task, std::coroutine_handle<> handle) noexcept {
  task_ = &task;
  group_->waiting_ = this;
  task.suspend(handle, *this);
  if (task.interrupt_due()) task.deliver();
}

group_wait::~group_wait() { group_->waiting_ = nullptr; }

cancel_outcome group_wait::try_cancel(const shared_text& /*reason*/) noexcept {
  return cancel_outcome::awaits_tasks;
}

task_state* group_wait::pass_on_to(task_state* previous, const shared_text& /*reason*/) noexcept {
  if (previous == nullptr) {
    group_->interrupted_ = true;
    const bool stopped = std::exchange(group_->stopping_, true);
    to_ask_ = stopped ? group_->members_.end() : group_->members_.begin();
  }
  if (to_ask_ == group_->members_.end()) return nullptr;
  group_member& member = *to_ask_;
  ++to_ask_;
  return member.state->as_task();
}

std::size_t group_wait::awaited_count() const noexcept { return group_->live_; }

future_state* group_wait::awaited_at(std::size_t index) const noexcept {
  auto member = group_->members_.begin();
  while (index-- != 0) ++member;
  return member->state.get();
}

void group_link::attach(group_state* group) noexcept {
  group_ = group;
  if (group != nullptr) group->links_.push_back(*this);
}

void group_link::detach() noexcept {
  if (is_linked()) unlink();
  group_ = nullptr;
}

group_state& group_link::state() const {
  if (group_ == nullptr) {
    throw_usage(
        "rill: this task_group is over, or was never one; use it while with_task_group() runs");
  }
  return *group_;
}

void throw_no_value_of_body() {
  throw_usage(
      "rill: the body of this task_group was stopped by cancel() and has no value; give it no "
      "result, or ask before");
}

group_state::~group_state() {
  while (group_link* const link = links_.pop_front()) link->group_ = nullptr;
  drop(members_);
  drop(failed_);
}

void group_state::drop(intrusive_list<group_member>& list) noexcept {
  while (group_member* const member = list.pop_front()) {
    if (member->state) member->state->remove_waiter(*member);
    delete member;
  }
}

group_state::member_ref group_state::prepare() {
  if (stopping_) {
    throw_usage("rill: this task_group is being cancelled; no members can be added to it any more");
  }
  if (over_ || (!body_runs_ && live_ == 0))
    throw_usage("rill: this task_group is over; no members can be added to it any more");
  return std::make_unique<group_member>(*this);
}

// An eager member may have ended already, and may have stopped the group.
void group_state::adopt(member_ref member, const state_ref<future_state>& state) noexcept {
  group_member& added = *member.release();
  added.state = state;
  members_.push_back(added);
  ++live_;
  if (state->done()) {
    on_member_end(added);
    return;
  }
  state->add_waiter(added);
  if (stopping_) state->cancel(shared_text());
}

void group_state::on_member_end(group_member& member) noexcept {
  members_.erase(member);
  --live_;
  if (member.state->status() == future_status::error) {
    member.state->mark_observed();
    failed_.push_back(member);
    abort();
  } else {
    delete &member;
  }
  if (live_ == 0 && waiting_ != nullptr) {
    waiting_->wake();
    waiting_ = nullptr;
  }
}

void group_state::stop_members(const shared_text& reason) noexcept {
  if (stopping_) return;
  stopping_ = true;
  for (group_member& member : members_) member.state->cancel(reason);
}

void group_state::abort() noexcept {
  const bool first = !stopping_;
  stop_members(shared_text());
  if (first && body_runs_) scope_.cancel();
}

void group_state::cancel(std::string_view reason) {
  const shared_text text(reason);
  if (stopping_ || over_) return;
  stop_members(text);
  if (body_runs_) scope_.cancel(reason);
}

void group_state::end_body(std::exception_ptr error, bool interrupted) noexcept {
  body_runs_ = false;
  if (!error) return;
  (interrupted ? interruption_ : body_error_) = std::move(error);
  abort();
}

std::vector<std::exception_ptr> group_state::take_errors() {
  std::vector<std::exception_ptr> errors;
  for (const group_member& member : failed_) errors.push_back(member.state->error());
  if (body_error_) errors.push_back(std::move(body_error_));
  return errors;
}

void group_state::conclude() {
  over_ = true;
  std::vector<std::exception_ptr> errors = take_errors();
  if (!errors.empty()) {
    scope_.renew_outer();
    scope_.withdraw();
    if (errors.size() == 1 && !always_wrap_) std::rethrow_exception(errors.front());
    throw exception_group("rill: tasks of a group have failed", std::move(errors));
  }
  if (interruption_) {
    if (scope_.absorb()) return;
    if (interrupted_ && scheduler::require_current().current_task()->interrupt_due()) {
      scope_.withdraw();
      rethrow_interruption(interruption_);
    }
    try {
      std::rethrow_exception(interruption_);
    } catch (const cancelled_error&) {
      scope_.pass_on();
    }
  }
  scope_.withdraw();
  if (!interrupted_) return;
  task_state& task = *scheduler::require_current().current_task();
  if (task.interrupt_due()) task.throw_interrupt();
}

}  // namespace rill::detail
