// SPDX-License-Identifier: BSL-1.0
// The one list of waiting tasks under locks, events, queues and their kin: first in, first out, no
// allocation. A grant belongs to its waiter from the moment in which it is made; a cancellation
// that comes later strikes at the waiter's next await.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>

#include "rill/base/detail/intrusive_list.hpp"
#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/detail/task_state.hpp"
#include "rill/core/detail/waiting_task.hpp"

namespace rill::detail {

class wait_list;

/// What a wait_list keeps of a waiter.
struct wait_entry : list_node {
  enum class stage : std::uint8_t { idle, waiting, granted, taken, failed, orphaned, gone };

  task_state* parked = nullptr;
  stage now = stage::idle;
  bool answers = false;  // the grant tells the cancellation
};

/// A task that waits in a wait_list: the base of the awaiters of primitives.
class list_waiter : public parking_awaiter, public native_awaiter, public wait_entry {
 public:
  list_waiter(const list_waiter&) = delete;
  list_waiter& operator=(const list_waiter&) = delete;

  /// Leaves the list: the wait never happened.
  cancel_outcome try_cancel(const shared_text& reason) noexcept override;

 protected:
  list_waiter() noexcept = default;
  ~list_waiter() {
    if (is_linked()) unlink();
  }

  /// For await_suspend(). False if a cancellation is due: check() throws it. Throws usage_error if
  /// tasks of another loop wait there.
  template <class Promise>
  bool wait_in(wait_list& list, std::coroutine_handle<Promise> handle);

  /// For await_resume(): takes the grant. Throws for a cancellation, and if the primitive is gone.
  void check() {
    if (now == stage::granted) take_grant();
    check_interrupt();
    if (now == stage::orphaned) [[unlikely]]
      throw_orphaned();
  }
  /// The same for what gives something to hold: throws also if the primitive went behind the grant.
  void check_hold() {
    check();
    if (now == stage::gone) [[unlikely]]
      throw_orphaned();
  }
  /// True for one that fail_all() has woken.
  bool failed() const noexcept { return now == stage::failed; }
  /// True if a grant was made and not taken. In a destructor: the frame is destroyed by the end of
  /// the loop, and the awaiter gives the grant back. False when the primitive is gone as well.
  bool has_unused_grant() const noexcept { return now == stage::granted; }
  bool is_waiting() const noexcept { return now == stage::waiting; }

  /// try_cancel() has answered `awaits_tasks`: the cancellation is told by the grant that will
  /// come.
  void answer_with_grant() noexcept { answers = true; }

  /// The wait was withdrawn; the primitive may count anew, or let others pass.
  virtual void on_withdrawn() noexcept {}

 private:
  void take_grant() noexcept {
    unlink();
    now = stage::taken;
  }
  [[noreturn]] void throw_orphaned() const;
};

/// Invariants: 1. `waiting_` holds those that wait, in the order of their coming; `granted_` those
/// that were granted what they waited for and have not resumed. 2. All belong to one loop. When the
/// list is destroyed, those that wait throw usage_error.
class wait_list {
 public:
  wait_list() noexcept = default;
  wait_list(const wait_list&) = delete;
  wait_list& operator=(const wait_list&) = delete;
  ~wait_list() {
    if (!waiting_.empty() || !granted_.empty()) orphan_all();
  }

  /// Nobody waits.
  bool empty() const noexcept { return waiting_.empty(); }
  /// Somebody was granted and has not resumed.
  bool has_grants() const noexcept { return !granted_.empty(); }
  std::size_t size() const noexcept;  // O(size)
  /// Requires: not empty.
  list_waiter& front() const noexcept { return waiting_.front(); }
  /// Visits those that wait, in the order of their coming.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const list_waiter& each : waiting_) visit(each);
  }

  /// Wakes the first, which has what it waits for. Requires: not empty. Throws usage_error, before
  /// it has done anything, if another loop runs in this thread.
  void grant_first() {
    list_waiter& first = waiting_.front();
    check_loop(first);
    grant(first);
  }
  /// Wakes all that wait now.
  void grant_all();
  /// Wakes all that wait, and with `granted_too` those that have not resumed: they find failed().
  void fail_all(bool granted_too);
  /// Lets the first wait in another list, at its end. Requires: not empty.
  void move_first_to(wait_list& other) noexcept;
  /// The same for one that waits here.
  void move_to(list_waiter& waiter, wait_list& other) noexcept;

  /// Parks a task. False if a cancellation is due.
  bool park(list_waiter& waiter, task_state& task, std::coroutine_handle<> handle) noexcept;
  /// Whether a task of that loop may wait here.
  bool fits(const scheduler& owner) const noexcept {
    return waiting_.empty() || &waiting_.front().parked->owner() == &owner;
  }
  [[noreturn]] static void throw_two_loops(const char* what);

 private:
  static void check_loop(const list_waiter& waiter) {
    const scheduler* const running = scheduler::current();
    if (running != nullptr && running != &waiter.parked->owner()) [[unlikely]]
      throw_two_loops(waiter.describe());
  }
  void grant(list_waiter& waiter) noexcept {
    waiting_.erase(waiter);
    granted_.push_back(waiter);
    waiter.now = wait_entry::stage::granted;
    task_state& task = *waiter.parked;
    if (waiter.answers && task.interrupt_due()) [[unlikely]]
      task.take_delivery();
    task.wake();
  }
  void orphan_all() noexcept;

  intrusive_list<list_waiter> waiting_;
  intrusive_list<list_waiter> granted_;
};

template <class Promise>
bool list_waiter::wait_in(wait_list& list, std::coroutine_handle<Promise> handle) {
  task_state& task = waiting_task(handle);
  if (!list.fits(task.owner())) [[unlikely]] {
    discard_waiting_task<Promise>(task);
    wait_list::throw_two_loops(describe());
  }
  task_ = &task;
  return list.park(*this, task, handle);
}

}  // namespace rill::detail
