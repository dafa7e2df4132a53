// SPDX-License-Identifier: BSL-1.0
// The part of an event loop that the core knows: ready queue, inbox, live tasks, the running task.
// Awaitables resume their waiters through it; the loop layer drives it.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>

#include "rill/base/config.hpp"
#include "rill/base/detail/intrusive_list.hpp"
#include "rill/base/detail/mpsc_stack.hpp"
#include "rill/core/detail/ready_queue.hpp"

namespace rill {

struct exception_context;

namespace detail {

class context_slot;
class future_state;
class task_state;

/// An async generator that has begun and not ended, as its scheduler sees it.
class live_generator : public list_node {
 protected:
  live_generator() = default;
  ~live_generator() = default;
};

/// What the core asks of the loop above it.
class scheduler_host {
 public:
  /// Hands an error that nobody can see to the exception handler.
  virtual void report(const exception_context& context) noexcept = 0;
  /// Ends the loop's wait for events, from any thread.
  virtual void wake() noexcept = 0;

 protected:
  ~scheduler_host() = default;
};

/// One per event loop, kept alive by the loop and by every future and task of it, so that handles
/// may outlive the loop. Everything but posts and is_open() belongs to the loop's thread.
class scheduler {
 public:
  scheduler(const scheduler&) = delete;
  scheduler& operator=(const scheduler&) = delete;

  /// Makes a scheduler with one reference, which the host owns and gives back by detach().
  static scheduler* create(scheduler_host& host);

  /// The scheduler of the loop that runs in this thread, or null.
  RILL_NOINLINE static scheduler* current() noexcept;
  RILL_NOINLINE static void set_current(scheduler* running) noexcept;
  /// The same; throws usage_error when no loop runs here.
  static scheduler& require_current();

  void add_reference() noexcept { ++references_; }
  void release() noexcept {
    if (--references_ == 0) destroy();
  }

  /// Queues a node for the next turn. Never fails.
  void make_ready(ready_node& node) noexcept { ready_.push(node); }

  /// Queues a node from any thread and wakes the loop if it sleeps. The node must be in no queue.
  void post(ready_node& node) noexcept;
  /// The same for whoever may find the loop closed; false then, and the node is still the caller's.
  /// What has been posted is run or dropped before the loop is closed for good.
  bool try_post(ready_node& node) noexcept;
  /// try_post() in two halves, for whoever decides under a lock and posts behind it. True if the
  /// loop is open: it is not closed for good then until post_held(), which must follow soon.
  bool hold_open() noexcept;
  void post_held(ready_node& node) noexcept;
  /// Instead of post_held(): there is nothing to post after all.
  void let_close() noexcept { posters_.fetch_sub(1); }

  /// Runs a coroutine, and whatever it hands over to, until there is nothing to go on with.
  void resume(std::coroutine_handle<> coroutine) noexcept {
    coroutine.resume();
    while (transfer_) {
      const std::coroutine_handle<> next = transfer_;
      transfer_ = nullptr;
      next.resume();
    }
  }

  /// Has the running resume() go on with `next` as soon as the stack is unwound. Once per
  /// unwinding.
  void transfer_to(std::coroutine_handle<> next) noexcept { transfer_ = next; }

  /// True while a nested resumption may use more of the stack. See docs/design/awaiting.md.
  RILL_ALWAYS_INLINE bool has_stack_room() const noexcept {
    return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) > stack_floor_;
  }

  /// True if it is known without a look at thread-locals that this scheduler is the one at work in
  /// this thread: it runs a batch, and that on this very stack.
  RILL_ALWAYS_INLINE bool runs_here() const noexcept {
    char here;  // cheaper than the address of the frame, which costs a frame pointer
    return reinterpret_cast<std::uintptr_t>(&here) - stack_floor_ < nesting_bytes;
  }

  /// Counts an operation that ended at once. True when the task has had its share of them and
  /// should let others run.
  bool spend_budget() noexcept {
    if (--budget_ != 0) return false;
    budget_ = full_budget;
    return true;
  }

  /// For the running task, which lets others run: true if there is nobody, nor anything that the
  /// batches would end for, so that it may go on in place. Counts as one of their nodes.
  bool may_stay() noexcept {
    if (!ready_.empty() || steps_left_ <= 0) return false;
    return decide_stay();
  }
  /// For code that runs a task from within another: the one below has not let others run.
  std::int64_t forbid_stays() noexcept {
    const std::int64_t before = steps_left_;
    steps_left_ = 0;
    return before;
  }
  void allow_stays(std::int64_t steps) noexcept { steps_left_ = steps; }

  task_state* current_task() const noexcept { return current_task_; }
  /// For code that is run for a task from within another, or from a callback.
  task_state* exchange_current_task(task_state* task) noexcept {
    task_state* const before = current_task_;
    current_task_ = task;
    return before;
  }
  /// The task whose frame is being destroyed by the end of the loop, or null.
  const task_state* abandoning() const noexcept { return abandoning_; }
  task_state* first_task() const noexcept { return tasks_; }
  std::size_t task_count() const noexcept { return task_count_; }
  scheduler_host& host() const noexcept { return *host_; }
  /// False once the loop is closed. Any thread.
  bool is_open() const noexcept { return open_.load_relaxed(); }
  /// Reports through the host; drops the report when the loop is closed.
  void report(const exception_context& context) noexcept;
  bool debug() const noexcept { return debug_; }
  void set_debug(bool enabled) noexcept { debug_ = enabled; }

  /// The context that the code which runs now has entered; null: that of the running task. See
  /// context_scope.
  context_slot*& entered_context() noexcept { return entered_context_; }
  context_slot* entered_context() const noexcept { return entered_context_; }

  /// Async generators that have begun here and not ended, the newest first.
  intrusive_list<live_generator>& generators() noexcept { return generators_; }

  /// Counts events that will come from outside the loop (threads at work for it), so that a loop
  /// whose tasks all wait is not taken for deadlocked.
  void begin_external_work() noexcept { ++external_work_; }
  void end_external_work() noexcept { --external_work_; }
  std::size_t external_work() const noexcept { return external_work_; }

  // -- for the host
  // ----------------------------------------------------------------------------------
  bool has_ready() const noexcept { return !ready_.empty(); }
  bool has_posted() const noexcept { return !inbox_.empty(); }
  /// Moves what other threads have posted into the ready queue.
  void take_posted() noexcept;
  /// Runs what is ready now; what that adds waits for the next call. Returns how many nodes ran.
  std::size_t run_batch() noexcept;
  /// Runs batch after batch, one at least if something is ready, until `most` nodes have run,
  /// nothing is ready, something was posted, `stop` is set or `until`, if it is not null, is done.
  std::size_t run_batches(std::int64_t most, const bool& stop, const future_state* until) noexcept;
  /// Drops queued nodes without running them, destroys the frames of tasks that have not ended, and
  /// cuts the connection to the host for reports.
  void detach() noexcept;
  /// Waits until no thread is inside post(). Before host or scheduler go away.
  void wait_for_posters() const noexcept;
  /// Says before a wait that posts must wake the host, and after it that they need not.
  void announce_sleep() noexcept;
  void announce_awake() noexcept;

 private:
  friend class task_state;

  explicit scheduler(scheduler_host& host) noexcept : host_(&host) {}
  ~scheduler() = default;
  void destroy() noexcept;
  bool decide_stay() noexcept;

  ready_queue ready_;
  std::coroutine_handle<> transfer_;
  // How much stack a chain of children that are resumed by plain calls may use before it goes on
  // from the trampoline. Far below any thread's stack, far above what everyday nesting needs.
  static constexpr std::uintptr_t nesting_bytes = 48 * 1024;
  static std::uintptr_t floor_below(const void* frame) noexcept {
    return reinterpret_cast<std::uintptr_t>(frame) - nesting_bytes;
  }
  std::uintptr_t stack_floor_ = 0;  // 0 outside of batches
  // Of the batches that run: how many more nodes, and what else ends them. Outside 0.
  std::int64_t steps_left_ = 0;
  const bool* batch_stop_ = nullptr;
  const future_state* batch_until_ = nullptr;
  static constexpr std::uint32_t full_budget = 64;
  std::uint32_t budget_ = full_budget;
  task_state* current_task_ = nullptr;
  context_slot* entered_context_ = nullptr;
  task_state* abandoning_ = nullptr;
  task_state* tasks_ = nullptr;  // live tasks, newest last, see task_state
  task_state* last_task_ = nullptr;
  std::size_t task_count_ = 0;
  intrusive_list<live_generator> generators_;
  std::size_t references_ = 1;
  std::size_t external_work_ = 0;
  std::uint64_t next_task_id_ = 1;
  scheduler_host* host_;
  atomic<bool> open_{true};
  bool debug_ = false;
  mpsc_stack<ready_node, &ready_node::next> inbox_;
  atomic<bool> asleep_{false};
  atomic<unsigned> posters_{0};  // threads inside post()
};

}  // namespace detail
}  // namespace rill
