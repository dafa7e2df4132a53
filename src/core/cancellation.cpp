// SPDX-License-Identifier: BSL-1.0
// Cancellation requests: made in a scope, struck at a wait, absorbed at the scope's edge.
#include "rill/core/cancel_scope.hpp"

#include <exception>

#include "rill/base/assert.hpp"
#include "rill/core/detail/task_state.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"

namespace rill {

namespace detail {

bool task_state::deliverable() const noexcept {
  for (const cancel_scope* scope = scope_; scope != nullptr; scope = scope->parent_) {
    if (scope->delivered_ != scope->requests_) return true;
    if (scope->shielded_) return false;
  }
  return delivered_ != requests_;
}

void task_state::take_delivery() noexcept {
  interrupted_ = true;
  for (cancel_scope* scope = scope_; scope != nullptr; scope = scope->parent_) {
    scope->delivered_ = scope->requests_;
    if (scope->shielded_) {
      refresh_attention();
      return;
    }
  }
  delivered_ = requests_;
  attention_ = false;
}

void task_state::refresh_attention() noexcept {
  attention_ = delivered_ != requests_;
  for (const cancel_scope* scope = scope_; scope != nullptr; scope = scope->parent_) {
    attention_ = attention_ || scope->delivered_ != scope->requests_;
  }
}

void task_state::lower_baselines() noexcept {
  // A request that was taken back no longer excuses one to come.
  for (cancel_scope* scope = scope_; scope != nullptr; scope = scope->parent_) {
    const std::uint32_t delivered = delivered_outside(scope);
    if (scope->baseline_ > delivered) scope->baseline_ = delivered;
  }
}

// A task that waits for tasks that wait for tasks: the request goes down the tree, depth first, and
// the answers come back up. The links of the way back are those of the ready queue, in which a
// waiting task is not.
void task_state::deliver() noexcept {
  if (!begin_asking()) return;
  task_state* asked = this;
  task_state* above = nullptr;
  task_state* previous = nullptr;  // whom `asked` has passed it on to
  while (true) {
    task_state* const below = asked->next_to_ask(previous);
    if (below != nullptr) {
      previous = below;
      if (!below->can_be_asked()) continue;
      below->note_request(asked->due_reason());
      if (!below->begin_asking()) continue;
      asked->next = above;
      above = asked;
      asked = below;
      previous = nullptr;
      continue;
    }
    const bool passing = asked->passing_;
    asked->passing_ = false;
    asked->take_answer(passing ? asked->wait_->passed_on()
                               : asked->wait_->try_cancel(asked->due_reason()));
    if (above == nullptr) return;
    previous = asked;
    asked = above;
    above = static_cast<task_state*>(asked->next);
    asked->next = nullptr;
  }
}

task_state* task_state::next_to_ask(task_state* previous) noexcept {
  if (previous == nullptr) passing_ = wait_->passes_on();
  return passing_ ? wait_->pass_on_to(previous, due_reason()) : nullptr;
}

// An awaited task may be this very one's dependant, and so on in a circle: while a wait is being
// asked, it is not asked again, and learns that there is nobody in the circle to be struck.
bool task_state::begin_asking() noexcept {
  if (asking_) {
    in_circle_ = true;
    return false;
  }
  if (wait_ == nullptr || !interrupt_due()) return false;
  asking_ = true;
  in_circle_ = false;
  return true;
}

void task_state::take_answer(cancel_outcome outcome) noexcept {
  asking_ = false;
  switch (outcome) {
    case cancel_outcome::withdrawn:
      take_delivery();
      wake();
      break;
    case cancel_outcome::struck:
      wait_ = nullptr;
      take_delivery();
      break;
    case cancel_outcome::forwarded:
      // The end of what is awaited throws, not this wait. It may have come already, inside
      // try_cancel().
      if (state_ == run_state::waiting) {
        forwarded_ = true;
      } else {
        take_delivery();
        interrupted_ = false;
      }
      break;
    case cancel_outcome::follows:
      answer_due_ = true;
      break;
    case cancel_outcome::awaits_tasks:
    case cancel_outcome::too_late:
      break;
  }
}

void task_state::settle_forwarded(future_state& ended) noexcept {
  forwarded_ = false;
  const task_state* const asked = ended.as_task();
  if ((asked != nullptr && asked->request_unmet()) || !interrupt_due()) return;
  take_delivery();
  interrupted_ = false;
}

void task_state::note_request(const shared_text& reason) noexcept {
  ++requests_;
  reason_ = reason;
  attention_ = true;
}

// The outermost scope that has a reason to be left gives it.
const shared_text& task_state::due_reason() const noexcept {
  const shared_text* reason = nullptr;
  for (const cancel_scope* scope = scope_; scope != nullptr; scope = scope->parent_) {
    if (scope->requests_ != 0) reason = &scope->reason_;
    if (scope->shielded_) return reason != nullptr ? *reason : reason_;
  }
  return reason == nullptr || requests_ != 0 ? reason_ : *reason;
}

void rethrow_interruption(const std::exception_ptr& interruption) {
  task_state* const task = scheduler::require_current().current_task();
  if (task != nullptr && task->interrupt_due()) task->throw_interrupt();
  std::rethrow_exception(interruption);
}

bool task_state::can_be_asked() const noexcept {
  return !done() && state_ != run_state::ended && state_ != run_state::gone;
}

bool task_state::request_cancel(const shared_text& reason) noexcept {
  if (!can_be_asked()) return false;
  note_request(reason);
  deliver();
  return true;
}

std::uint32_t task_state::cancelling() const noexcept {
  std::uint32_t total = requests_;
  for (const cancel_scope* scope = scope_; scope != nullptr; scope = scope->parent_) {
    total += scope->requests_;
  }
  return total;
}

std::uint32_t task_state::uncancel() noexcept {
  if (!done() && requests_ != 0) {
    --requests_;
    if (delivered_ != 0) --delivered_;
    refresh_attention();
    lower_baselines();
  }
  return cancelling();
}

std::uint32_t task_state::requested_outside(const cancel_scope* scope) const noexcept {
  std::uint32_t total = 0;
  for (; scope != nullptr; scope = scope->parent_) {
    if (scope->shielded_) return total;
    if (scope->parent_ != nullptr) total += scope->parent_->requests_;
  }
  return total + requests_;
}

std::uint32_t task_state::delivered_outside(const cancel_scope* scope) const noexcept {
  std::uint32_t total = 0;
  for (; scope != nullptr; scope = scope->parent_) {
    if (scope->shielded_) return total;
    if (scope->parent_ != nullptr) total += scope->parent_->delivered_;
  }
  return total + delivered_;
}

void task_state::renew_outside(const cancel_scope* scope, std::uint32_t count) noexcept {
  while (count != 0 && !scope->shielded_) {
    cancel_scope* const outer = scope->parent_;
    std::uint32_t& delivered = outer != nullptr ? outer->delivered_ : delivered_;
    const std::uint32_t renewed = delivered < count ? delivered : count;
    delivered -= renewed;
    count -= renewed;
    attention_ = attention_ || renewed != 0;
    if (outer == nullptr) break;
    scope = outer;
  }
  lower_baselines();
}

}  // namespace detail

cancel_scope::cancel_scope(shielding mode)
    : task_(detail::scheduler::require_current().current_task()),
      parent_(nullptr),
      shielded_(mode == shielding::shielded) {
  if (task_ == nullptr)
    detail::throw_usage(
        "rill: a cancel_scope needs a running task; open it inside a coroutine that a task runs");
  parent_ = task_->scope_;
  baseline_ = task_->delivered_outside(this);
  task_->scope_ = this;
}

cancel_scope::~cancel_scope() {
  // Frames that go with the loop go in the order in which they are owned, not in that of awaiting.
  if (task_->abandoned()) return;
  RILL_CHECK(
      task_->scope_ == this,
      "cancel_scope objects must be left in the reverse order of entering, by their task; with "
      "GCC 12, await one time limit per expression");
  task_->scope_ = parent_;
  // What was asked of this scope goes with it; what a shield has kept away may strike now.
  if (task_->attention_) task_->refresh_attention();
}

void cancel_scope::cancel(std::string_view reason) {
  reason_ = detail::shared_text(reason);
  ++requests_;
  task_->attention_ = true;
  task_->deliver();
}

bool cancel_scope::absorb() noexcept {
  if (requests_ == 0) return false;
  if (task_->requested_outside(this) > baseline_) return false;
  withdraw();
  return true;
}

void cancel_scope::pass_on() {
  if (requests_ == 0) throw;
  withdraw();
  task_->throw_interrupt();
}

void cancel_scope::withdraw() noexcept {
  requests_ = 0;
  delivered_ = 0;
  task_->refresh_attention();
  task_->lower_baselines();
}

void cancel_scope::renew_outer() noexcept {
  const std::uint32_t delivered = task_->delivered_outside(this);
  if (delivered > baseline_) task_->renew_outside(this, delivered - baseline_);
}

}  // namespace rill
