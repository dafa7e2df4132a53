// SPDX-License-Identifier: BSL-1.0
#include "rill/core/detail/future_state.hpp"

#include <new>
#include <string>
#include <utility>

#include "rill/core/detail/done_callback.hpp"
#include "rill/core/detail/future_awaiter.hpp"
#include "rill/core/detail/task_state.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/core/task.hpp"

namespace rill {

namespace detail {

void future_state::last_release() noexcept {
  if (status_ == future_status::error && !observed_) {
    observed_ = true;
    references_ = 1;  // alive while the handler looks at it
    report_unobserved();
    if (--references_ != 0) return;  // the handler has kept it
  }
  if (waiters_ != nullptr) [[unlikely]]
    drop_done_callbacks(*this);
  scheduler* const owner = scheduler_;
  ops_->destroy(*this);
  owner->release();
}

RILL_COLD void future_state::report_unobserved() noexcept {
  task_state* const task = as_task();
  any_task handle;
  if (task != nullptr) handle = task_access::wrap(*task);
  context_slot none;
  context_slot* const context = task != nullptr ? task->context_or_null() : nullptr;
  const context_scope inside(context != nullptr ? context : &none);
  const any_task* const named = task != nullptr ? &handle : nullptr;
  try {
    const std::string who =
        task != nullptr ? "task '" + task_name(*task) + "'" : std::string("a future");
    scheduler_->report(
        {"rill: " + who + " failed and nobody has looked at it: " + describe_exception(error_),
         error_, named});
  } catch (const std::bad_alloc&) {
    scheduler_->report(
        {"rill: a task or future failed and nobody has looked at it", error_, named});
  }
}

void future_state::add_waiter(future_waiter& waiter) noexcept {
  if (waiters_ == nullptr) {
    waiters_ = waiter.next = waiter.previous = &waiter;
    return;
  }
  waiter.next = waiters_;
  waiter.previous = waiters_->previous;
  waiter.previous->next = &waiter;
  waiters_->previous = &waiter;
}

void future_state::remove_waiter(future_waiter& waiter) noexcept {
  if (waiter.next == nullptr) return;
  if (waiter.next == &waiter) {
    waiters_ = nullptr;
  } else {
    if (waiters_ == &waiter) waiters_ = waiter.next;
    waiter.previous->next = waiter.next;
    waiter.next->previous = waiter.previous;
  }
  waiter.next = waiter.previous = nullptr;
}

void future_state::complete(future_status status) noexcept {
  status_ = status;
  while (waiters_ != nullptr) {
    future_waiter& waiter = *waiters_;
    remove_waiter(waiter);
    waiter.fire(waiter, *this);
  }
}

void future_state::complete_with_error(std::exception_ptr error) noexcept {
  error_ = std::move(error);
  complete(is_cancellation(error_) ? future_status::cancelled : future_status::error);
}

void future_state::complete_cancelled(const shared_text& reason) noexcept {
  error_ = std::make_exception_ptr(cancelled_error(reason));
  complete(future_status::cancelled);
}

bool future_state::cancel(const shared_text& reason) noexcept {
  if (done()) {
    observed_ = true;
    return false;
  }
  if (task_state* const task = as_task()) return task->request_cancel(reason);
  complete_cancelled(reason);
  return true;
}

void future_state::throw_if_not_value() {
  if (status_ == future_status::value) [[likely]] {
    return;
  }
  if (status_ == future_status::pending)
    throw_invalid_state("rill: the future is not done yet; await it, or ask done() first");
  observed_ = true;
  std::rethrow_exception(error_);
}

void future_state::require_pending() const {
  if (done()) throw_invalid_state("rill: the future is done already; a result can be set once");
}

void future_awaiter::park(task_state& task, std::coroutine_handle<> handle) noexcept {
  task_ = &task;
  future_->add_waiter(*this);
  task.suspend(handle, *this);
  // As asyncio: a cancellation that is due goes to what is awaited.
  if (task.interrupt_due()) task.deliver();
}

void future_awaiter::leave_with_frame() noexcept {
  future_->remove_waiter(*this);
  task_->forget_guest();
}

void future_awaiter::on_done(future_waiter& waiter, future_state& state) noexcept {
  task_state& task = *static_cast<future_awaiter&>(waiter).task_;
  if (task.forwarded()) [[unlikely]]
    task.settle_forwarded(state);
  task.wake();
}

cancel_outcome future_awaiter::try_cancel(const shared_text& reason) noexcept {
  // A future that cannot be asked is done, so its waiter is on its way already.
  return future_->cancel(reason) ? passed_on() : cancel_outcome::too_late;
}

bool future_awaiter::passes_on() const noexcept {
  const task_state* const awaited = future_->as_task();
  return awaited != nullptr && awaited->can_be_asked();
}

task_state* future_awaiter::pass_on_to(task_state* last, const shared_text& /*reason*/) noexcept {
  return last == nullptr ? future_->as_task() : nullptr;
}

cancel_outcome future_awaiter::passed_on() noexcept {
  const bool still_waits = next != nullptr;
  if (still_waits && task_->awaits_itself()) {
    // Tasks that wait for each other in a circle: it is opened here.
    future_->remove_waiter(*this);
    return cancel_outcome::withdrawn;
  }
  return cancel_outcome::forwarded;
}

void future_awaiter::throw_outcome() {
  // A request of the waiting task that has not struck is met by this throw: the task ends cancelled
  // once, not twice.
  if (future_->status() == future_status::cancelled && task_ != nullptr && task_->interrupt_due()) {
    task_->take_delivery();
    static_cast<void>(task_->take_interrupt());
  }
  future_->throw_if_not_value();
  throw_usage("rill: a future without a value has thrown nothing");
}

const char* future_awaiter::describe() const noexcept {
  return future_->is_task() ? "task" : "future";
}

void future_awaiter::throw_unwaitable(bool itself) {
  throw_usage(itself ? "rill: a task cannot await itself; it would wait for ever"
                     : "rill: this future belongs to another event loop; await it there, or hand "
                       "the result over with "
                       "call_soon_threadsafe()");
}

}  // namespace detail

std::exception_ptr any_future::exception() const {
  detail::future_state& state = *state_;
  if (state.status() == detail::future_status::pending)
    detail::throw_invalid_state("rill: the future is not done yet; await it, or ask done() first");
  state.mark_observed();
  if (state.status() == detail::future_status::cancelled) std::rethrow_exception(state.error());
  return state.error();
}

}  // namespace rill
