// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/task_group.hpp"

#include "rill/combinators/exception_group.hpp"
#include "rill/core/scheduler.hpp"

namespace rill {

namespace detail {

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

cancel_outcome group_wait::try_cancel(const shared_text& reason) noexcept {
  group_->interrupted_ = true;
  group_->stop_members(reason);
  return cancel_outcome::too_late;
}

std::size_t group_wait::awaited_count() const noexcept { return group_->live_; }

future_state* group_wait::awaited_at(std::size_t index) const noexcept {
  auto member = group_->members_.begin();
  while (index-- != 0) ++member;
  return member->state.get();
}

void throw_no_value_of_body() {
  throw_usage(
      "rill: the body of this task_group was stopped by cancel() and has no value; give it no "
      "result, or ask before");
}

}  // namespace detail

task_group::~task_group() {
  drop(members_);
  drop(failed_);
}

void task_group::drop(detail::intrusive_list<detail::group_member>& list) noexcept {
  while (detail::group_member* const member = list.pop_front()) {
    if (member->state) member->state->remove_waiter(*member);
    delete member;
  }
}

task_group::member_ref task_group::prepare() {
  if (stopping_) {
    detail::throw_usage(
        "rill: this task_group is being cancelled; no members can be added to it any more");
  }
  if (over_ || (!body_runs_ && live_ == 0))
    detail::throw_usage("rill: this task_group is over; no members can be added to it any more");
  return std::make_unique<detail::group_member>(*this);
}

// An eager member may have ended already, and may have stopped the group.
void task_group::adopt(member_ref member,
                       const detail::state_ref<detail::future_state>& state) noexcept {
  detail::group_member& added = *member.release();
  added.state = state;
  members_.push_back(added);
  ++live_;
  if (state->done()) {
    on_member_end(added);
    return;
  }
  state->add_waiter(added);
  if (stopping_) state->cancel(detail::shared_text());
}

void task_group::on_member_end(detail::group_member& member) noexcept {
  members_.erase(member);
  --live_;
  if (member.state->status() == detail::future_status::error) {
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

void task_group::stop_members(const detail::shared_text& reason) noexcept {
  if (stopping_) return;
  stopping_ = true;
  for (detail::group_member& member : members_) member.state->cancel(reason);
}

void task_group::abort() noexcept {
  const bool first = !stopping_;
  stop_members(detail::shared_text());
  if (first && body_runs_) scope_.cancel();
}

void task_group::cancel(std::string_view reason) {
  const detail::shared_text text(reason);
  if (stopping_ || over_) return;
  stop_members(text);
  if (body_runs_) scope_.cancel(reason);
}

void task_group::end_body(std::exception_ptr error, bool interrupted) noexcept {
  body_runs_ = false;
  if (!error) return;
  (interrupted ? interruption_ : body_error_) = std::move(error);
  abort();
}

std::vector<std::exception_ptr> task_group::take_errors() {
  std::vector<std::exception_ptr> errors;
  for (const detail::group_member& member : failed_) errors.push_back(member.state->error());
  if (body_error_) errors.push_back(std::move(body_error_));
  return errors;
}

void task_group::conclude() {
  over_ = true;
  std::vector<std::exception_ptr> errors = take_errors();
  if (!errors.empty()) {
    scope_.renew_outer();
    scope_.withdraw();
    if (errors.size() == 1 && !options_.always_wrap) std::rethrow_exception(errors.front());
    throw exception_group("rill: tasks of a group have failed", std::move(errors));
  }
  if (interruption_) {
    if (scope_.absorb()) return;
    try {
      std::rethrow_exception(interruption_);
    } catch (const cancelled_error&) {
      scope_.pass_on();
    }
  }
  scope_.withdraw();
  if (!interrupted_) return;
  detail::task_state& task = *detail::scheduler::require_current().current_task();
  if (task.interrupt_due()) task.throw_interrupt();
}

}  // namespace rill
