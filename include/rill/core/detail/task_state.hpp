// SPDX-License-Identifier: BSL-1.0
// The control block of a task: what runs it, what it waits for, who asked it to stop. Awaiters find
// it through the promise of the coroutine that awaits.
#pragma once

#include <coroutine>
#include <cstdint>
#include <string_view>

#include "rill/core/await_site.hpp"
#include "rill/core/cancel_scope.hpp"
#include "rill/core/detail/context_slot.hpp"
#include "rill/core/detail/future_state.hpp"
#include "rill/core/detail/ready_queue.hpp"
#include "rill/core/detail/wait_op.hpp"

namespace rill::detail {

class promise_base;

enum class run_state : std::uint8_t {
  created,  // queued for the first step
  running,  // its coroutine is being resumed right now
  waiting,  // suspended; wait_ says in what, and whoever completes that calls wake()
  queued,   // in the ready queue or an inbox
  ended,    // its coroutine has come to its end; finish() is next
  gone,     // the frame is destroyed
};

/// What few tasks have.
struct task_extras : from_pool {
  shared_text name;
  context_slot context;             // of its own
  state_ref<context_state> shared;  // or one that it was given
};

/// The context of the code that makes something for a loop; usually code of that loop. Null if
/// nothing was set in it.
inline const context_slot* maker_context(const scheduler& owner) noexcept;

/// Invariants: 1. wait_ is set exactly while a wait can be interrupted. 2. interrupted_ is set from
/// the moment a wait was withdrawn until its await_resume threw. 3. attention_ is set if some scope
/// has a request that has not struck. 4. A task that is not `gone` is in its scheduler's list and
/// counts as one reference.
class task_state : public future_state, public ready_node {
 public:
  std::uint64_t id() const noexcept { return id_; }
  /// Empty if it was given none.
  std::string_view name() const noexcept {
    return extras_ != nullptr ? extras_->name.view() : std::string_view();
  }
  shared_text shared_name() const noexcept {
    return extras_ != nullptr ? extras_->name : shared_text();
  }
  void set_name(std::string_view name) { extras().name = shared_text(name); }
  run_state state() const noexcept { return state_; }
  task_state* next_task() const noexcept { return next_task_; }
  bool answer_due() const noexcept { return answer_due_; }
  const wait_op* current_wait() const noexcept { return wait_; }
  /// The innermost scope of its coroutine; null: only the task's own.
  const cancel_scope* innermost_scope() const noexcept { return scope_; }
  /// The innermost suspended coroutine of rill, or null if a foreign one waits or the task is not
  /// suspended.
  promise_base* innermost() const noexcept;

  // -- context
  // -----------------------------------------------------------------------------------------
  /// Null if nothing was ever set in it.
  context_slot* context_or_null() const noexcept {
    return extras_ != nullptr ? &present_context() : nullptr;
  }
  /// Throws std::bad_alloc.
  context_slot& own_context() {
    extras();
    return present_context();
  }
  void share_context(context_state& given) {
    extras().shared = state_ref<context_state>(&given);
    shares_context_ = given.noted;
  }
  /// A copy of the context of the code that makes this task. Throws std::bad_alloc.
  void copy_context() {
    const context_slot* const present = maker_context(*scheduler_);
    if (present != nullptr && !present->empty()) [[unlikely]]
      extras().context = *present;
  }

  // -- waiting
  // -----------------------------------------------------------------------------------------
  /// Parks the task in `wait`; `coroutine` goes on when wake() is called.
  void suspend(std::coroutine_handle<> coroutine, wait_op& wait) noexcept {
    leaf_ = coroutine;
    wait_ = &wait;
    state_ = run_state::waiting;
  }
  /// Queues the task for the next turn; `wait` can be struck until it runs.
  void suspend_ready(std::coroutine_handle<> coroutine, wait_op& wait) noexcept {
    leaf_ = coroutine;
    wait_ = &wait;
    state_ = run_state::queued;
    scheduler_->make_ready(*this);
  }
  /// Instead of suspend_ready(): true if there is nobody to be let run before. Never of a guest, as
  /// it goes with its wait, nor of who shares a context, and leaves it between two steps for others
  /// of whom this loop knows nothing.
  bool may_stay() const noexcept { return !guest_ && !shares_context_ && scheduler_->may_stay(); }
  /// Queues the parked task: its wait is over. Requires: waiting.
  void wake() noexcept {
    wait_ = nullptr;
    answer_due_ = false;
    state_ = run_state::queued;
    scheduler_->make_ready(*this);
  }
  /// Takes suspend() back: the coroutine goes on in place.
  void resume_in_place() noexcept {
    wait_ = nullptr;
    state_ = run_state::running;
  }
  /// The coroutine that is not rill's, and for which it stands in, is destroyed while it waits, or
  /// before it has gone on. No effect on tasks.
  void forget_guest() noexcept;
  /// The same for one that was queued, maybe by another thread: its turn comes, and ends it.
  void forget_queued_guest() noexcept { leaf_ = std::noop_coroutine(); }
  /// As wake(), from any thread; the wait must be one that try_cancel() cannot withdraw.
  void wake_from_any_thread() noexcept { scheduler_->post(*this); }

  /// True, once, if the wait that just ended was withdrawn: the await must throw throw_interrupt().
  bool take_interrupt() noexcept {
    const bool interrupted = interrupted_;
    interrupted_ = false;
    return interrupted;
  }
  [[noreturn]] void throw_interrupt();

  /// False if no cancellation is asked for: the cheap half of interrupt_due().
  bool has_attention() const noexcept { return attention_; }
  /// True when a cancellation is due at this await: asked for, not shielded, not yet struck.
  bool interrupt_due() const noexcept { return attention_ && deliverable(); }
  /// Marks what is due as struck and makes the next take_interrupt() true. Requires:
  /// interrupt_due().
  void take_delivery() noexcept;
  /// True from an answer `forwarded` until settle_forwarded().
  bool forwarded() const noexcept { return forwarded_; }
  /// What was asked to stop has ended: the request is met, unless that was a task which came to its
  /// end before it could be struck; then the request strikes this task at its next wait.
  void settle_forwarded(future_state& ended) noexcept;
  /// It has ended without the last request having struck it. Requires: done.
  bool request_unmet() const noexcept {
    return status() != future_status::cancelled && delivered_ != requests_;
  }
  /// In try_cancel(): what is awaited waits, directly or not, for this very task.
  bool awaits_itself() const noexcept { return in_circle_; }
  /// Interrupts the present wait if a cancellation is due and the wait can be withdrawn.
  void deliver() noexcept;

  // -- cancellation
  // ------------------------------------------------------------------------------------
  bool request_cancel(const shared_text& reason) noexcept;
  /// It has not come to its end.
  bool can_be_asked() const noexcept;
  std::uint32_t cancelling() const noexcept;
  std::uint32_t uncancel() noexcept;

  // -- life
  // --------------------------------------------------------------------------------------------
  /// Called by the final suspension of the outermost coroutine.
  void mark_ended() noexcept { state_ = run_state::ended; }
  scheduler& owner() const noexcept { return *scheduler_; }

  /// Takes the wait back, shielded or not: the loop is being closed, and the frame will go.
  void withdraw_wait() noexcept;
  /// It closes a generator that was left half-way: the end of a run waits for it.
  bool closes_generator() const noexcept { return closes_generator_; }
  void mark_as_closing() noexcept { closes_generator_ = true; }
  /// Its loop is being closed, and its frame goes with it.
  bool abandoned() const noexcept { return abandoned_; }
  /// Ends the task without its coroutine having ended: the loop is being closed.
  void abandon() noexcept;
  promise_base& outermost() const noexcept { return *outermost_; }

  static const ready_ops step_ops;

 protected:
  task_state(const future_ops& operations, scheduler& owner, std::uint16_t value_offset) noexcept
      : future_state(operations, owner, value_offset, true), ready_node(&step_ops) {}
  ~task_state() {
    if (extras_ != nullptr) [[unlikely]]
      delete extras_;
  }

  /// What take_outcome() leaves for finish() to tell.
  void set_value_quietly() noexcept { status_ = future_status::value; }
  void set_error_quietly(std::exception_ptr error) noexcept;

  /// Puts the task in the ready queue and the list of live tasks.
  void start(promise_base& outermost) noexcept;
  /// Runs the first step in place, if this is the loop's thread at work, else as start().
  void start_eagerly(promise_base& outermost) noexcept;

 private:
  friend class rill::cancel_scope;
  friend class scheduler;
  friend class guest_task;

  task_extras& extras() {
    if (extras_ == nullptr) extras_ = new task_extras();
    return *extras_;
  }
  context_slot& present_context() const noexcept {
    return extras_->shared ? extras_->shared->slot : extras_->context;
  }
  static void step(ready_node& node) noexcept;
  static void drop(ready_node& node) noexcept;
  void enlist(promise_base& outermost) noexcept;
  void run(scheduler& owner) noexcept;
  void run_step(scheduler& owner) noexcept;
  void run_in_shared_context(scheduler& owner) noexcept;
  void finish() noexcept;
  void destroy_frame() noexcept;
  void end_without_running() noexcept;
  void report_stray() noexcept;
  void unlink() noexcept;

  bool deliverable() const noexcept;
  std::uint32_t delivered_outside(const cancel_scope* scope) const noexcept;
  std::uint32_t requested_outside(const cancel_scope* scope) const noexcept;
  void renew_outside(const cancel_scope* scope, std::uint32_t count) noexcept;
  void note_request(const shared_text& reason) noexcept;
  const shared_text& due_reason() const noexcept;
  task_state* next_to_ask(task_state* previous) noexcept;
  bool begin_asking() noexcept;
  void take_answer(cancel_outcome outcome) noexcept;
  void refresh_attention() noexcept;
  void lower_baselines() noexcept;

  std::coroutine_handle<> leaf_;         // what to resume
  wait_op* wait_ = nullptr;              // what it waits for
  promise_base* outermost_ = nullptr;    // owns the frame
  task_state* previous_task_ = nullptr;  // list of live tasks
  task_state* next_task_ = nullptr;
  cancel_scope* scope_ = nullptr;  // innermost; null: only the task's own
  shared_text reason_;             // of the latest request of the task's own scope
  task_extras* extras_ = nullptr;
  std::uint64_t id_ = 0;
  std::uint32_t requests_ = 0;   // of the task's own scope: made and not taken back
  std::uint32_t delivered_ = 0;  // of those, how many have struck
  run_state state_ = run_state::created;
  bool attention_ = false;
  bool interrupted_ = false;
  bool answer_due_ = false;     // the wait was asked to end, and its answer follows
  bool forwarded_ = false;      // a request was passed to what is awaited, which has not ended
  bool asking_ : 1 = false;     // inside wait_op::try_cancel()
  bool passing_ : 1 = false;    // or passing a request on
  bool in_circle_ : 1 = false;  // the request has come back to this task meanwhile
  bool guest_ : 1 = false;
  bool abandoned_ : 1 = false;
  bool shares_context_ : 1 = false;
  bool closes_generator_ : 1 = false;
};

/// Behind the clean-up of a combinator: throws the cancellation that has interrupted it, or, if
/// others have come since, one for all of them.
[[noreturn]] void rethrow_interruption(const std::exception_ptr& interruption);

const context_slot* maker_context(const scheduler& owner) noexcept {
  if (owner.entered_context() != nullptr) return owner.entered_context();
  if (owner.current_task() != nullptr) [[likely]]
    return owner.current_task()->context_or_null();
  return current_context_or_null();
}

inline task_state* future_state::as_task() noexcept {
  return is_task_ ? static_cast<task_state*>(this) : nullptr;
}

/// While code runs for a task from within another, or from a callback.
class running_task_mark {
 public:
  running_task_mark(scheduler& owner, task_state& task) noexcept
      : owner_(&owner), before_(owner.exchange_current_task(&task)) {}
  running_task_mark(const running_task_mark&) = delete;
  running_task_mark& operator=(const running_task_mark&) = delete;
  ~running_task_mark() { owner_->exchange_current_task(before_); }

 private:
  scheduler* owner_;
  task_state* before_;
};

/// Base of the awaiters that may stay parked: the task, and the check on resumption.
class parking_awaiter : public wait_op {
 protected:
  parking_awaiter() noexcept = default;
  ~parking_awaiter() = default;

  /// To be called first in await_resume: throws if the wait was withdrawn.
  void check_interrupt() {
    if (task_ != nullptr && task_->take_interrupt()) task_->throw_interrupt();
  }
  task_state* task_ = nullptr;
};

}  // namespace rill::detail
