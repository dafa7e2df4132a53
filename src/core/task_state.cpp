// SPDX-License-Identifier: BSL-1.0
#include "rill/core/detail/task_state.hpp"

#include <string>
#include <utility>

#include "rill/core/detail/promise_base.hpp"
#include "rill/core/detail/waiting_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/core/result.hpp"
#include "rill/core/task.hpp"

namespace rill::detail {

const ready_ops task_state::step_ops{&task_state::step, &task_state::drop};

void task_state::start(promise_base& outermost) noexcept {
  enlist(outermost);
  scheduler_->make_ready(*this);
}

void task_state::enlist(promise_base& outermost) noexcept {
  outermost_ = &outermost;
  outermost.set_task(*this);
  leaf_ = outermost.handle();
  scheduler& owner = *scheduler_;
  id_ = owner.next_task_id_++;
  add_reference();  // the loop's own
  previous_task_ = owner.last_task_;
  (previous_task_ != nullptr ? previous_task_->next_task_ : owner.tasks_) = this;
  owner.last_task_ = this;
  ++owner.task_count_;
}

void task_state::unlink() noexcept {
  scheduler& owner = *scheduler_;
  (previous_task_ != nullptr ? previous_task_->next_task_ : owner.tasks_) = next_task_;
  (next_task_ != nullptr ? next_task_->previous_task_ : owner.last_task_) = previous_task_;
  previous_task_ = nullptr;
  next_task_ = nullptr;
  --owner.task_count_;
}

void task_state::drop(ready_node& node) noexcept {
  // A task is abandoned when its turn has come in the list of live tasks, see scheduler::detach().
  // One that its own frame has woken while it went still had the reference that abandon() gives up.
  auto& self = static_cast<task_state&>(node);
  if (self.guest_ || self.state_ == run_state::gone) self.release();
}

void task_state::finish() noexcept {
  // The outcome first, so that the frame, with everything in it, is gone before any waiter runs.
  // What goes with the frame goes in this task's context.
  ops_->take_outcome(*this);
  destroy_frame();
  scheduler_->current_task_ = nullptr;
  state_ = run_state::gone;
  unlink();
  const future_status outcome = status_;
  status_ = future_status::pending;  // set for good, and told, by complete()
  complete(outcome);
  release();
}

void task_state::set_error_quietly(std::exception_ptr error) noexcept {
  error_ = std::move(error);
  status_ = is_cancellation(error_) ? future_status::cancelled : future_status::error;
}

void task_state::destroy_frame() noexcept {
  if (outermost_ == nullptr) return;
  const std::coroutine_handle<> frame = outermost_->handle();
  outermost_ = nullptr;
  leaf_ = nullptr;
  frame.destroy();
  if (ops_->release_payload != nullptr) ops_->release_payload(*this);
}

void task_state::end_without_running() noexcept {
  take_delivery();
  interrupted_ = false;
  scheduler_->current_task_ = this;
  destroy_frame();
  scheduler_->current_task_ = nullptr;
  state_ = run_state::gone;
  unlink();
  complete_cancelled(reason_);
  release();
}

void task_state::abandon() noexcept {
  wait_ = nullptr;
  scope_ = nullptr;
  abandoned_ = true;
  state_ = run_state::running;
  scheduler& owner = *scheduler_;
  task_state* const before = std::exchange(owner.abandoning_, this);
  destroy_frame();
  owner.abandoning_ = before;
  const bool woken = state_ == run_state::queued;
  state_ = run_state::gone;
  unlink();
  if (status_ == future_status::pending)
    complete_cancelled(shared_text("the event loop was closed"));
  if (!woken) release();
}

void task_state::withdraw_wait() noexcept {
  abandoned_ = true;
  if (wait_ == nullptr || !wait_->is_lent()) return;
  const cancel_outcome outcome = wait_->try_cancel(shared_text());
  if (outcome == cancel_outcome::follows) {
    answer_due_ = true;
  } else if (outcome == cancel_outcome::withdrawn) {
    wait_ = nullptr;
  }
}

RILL_COLD void task_state::report_stray() noexcept {
  // Suspended, and nobody will resume it. Either the compiler has broken the frame, or a foreign
  // awaitable lost the coroutine. It stays as it is: resuming or destroying a broken frame would
  // make things worse.
  state_ = run_state::waiting;
  const any_task handle = task_access::wrap(*this);
  std::string text = "rill: task '" + task_name(*this) +
                     "' has returned to the loop neither done nor waiting for anything known";
  if (outermost_ != nullptr) {
    const await_site& site = outermost_->site();
    text += "; its last await was at ";
    text += site.file_name();
    text += ':';
    text += std::to_string(site.line());
  }
  text +=
      ". With GCC 12, a co_await in the condition of an if, while, for or switch does this: give "
      "the awaited value "
      "a name on the line before";
  scheduler_->report({text, nullptr, &handle});
}

promise_base* task_state::innermost() const noexcept {
  if (guest_ || !leaf_ || (state_ != run_state::waiting && state_ != run_state::queued))
    return nullptr;
  return &promise_base::from_handle(leaf_);
}

void task_state::throw_interrupt() {
  // Requests that came between the interruption and now are met by this throw too.
  if (interrupt_due()) take_delivery();
  interrupted_ = false;
  throw cancelled_error(due_reason());
}

guest_task::guest_task(scheduler& owner) noexcept : task_state(ops, owner, 0) { guest_ = true; }

void task_state::forget_guest() noexcept {
  if (!guest_) return;
  if (state_ == run_state::queued) {
    forget_queued_guest();
  } else {
    release();
  }
}

const future_ops guest_task::ops{&guest_task::destroy, nullptr};

guest_task& guest_task::create() {
  scheduler& owner = scheduler::require_current();
  auto* const guest = ::new (pool_allocate(sizeof(guest_task))) guest_task(owner);
  try {
    guest->copy_context();
  } catch (...) {
    guest->discard();
    throw;
  }
  return *guest;
}

void guest_task::destroy(future_state& state) noexcept {
  auto& self = static_cast<guest_task&>(state);
  self.~guest_task();
  pool_deallocate(&self, sizeof(guest_task));
}

}  // namespace rill::detail
