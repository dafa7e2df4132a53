// SPDX-License-Identifier: BSL-1.0
// The one list of waiting tasks under locks, events, queues and their kin: first in, first out, no
// allocation. A grant belongs to its waiter from the moment in which it is made; a cancellation
// that comes later strikes at the waiter's next await.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>

#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/detail/task_state.hpp"
#include "rill/core/detail/waiting_task.hpp"

namespace rill::detail {

class wait_list;

/// A place in the ring of a wait_list. Set only while it is in one.
struct wait_link {
  wait_link* next;
  wait_link* previous;
};

/// What a wait_list keeps of a waiter. What does not wait has nothing but its stage set, so that an
/// await which need not wait costs next to nothing.
struct wait_entry : wait_link {
  enum class stage : std::uint8_t {
    idle,      // never waited, or has taken what it was granted
    struck,    // withdrawn by a cancellation
    failed,    // woken by fail_all()
    orphaned,  // the list went while it waited
    gone,      // the list went behind the grant
    waiting,   // from here on it is in the list
    granted,   // has what it waited for, and has not resumed
  };

  wait_entry() noexcept {}  // NOLINT: links, task and list are set when it waits
  wait_entry(const wait_entry&) = delete;
  wait_entry& operator=(const wait_entry&) = delete;
  ~wait_entry() {
    if (is_linked()) [[unlikely]]
      leave_with_frame();
  }

  bool is_linked() const noexcept { return now >= stage::waiting; }
  /// Leaves its list. Requires: is_linked().
  void leave() noexcept;
  void leave_with_frame() noexcept;

  task_state* parked;
  wait_list* list;
  stage now = stage::idle;
  bool answers = false;  // the grant tells the cancellation
};

/// A task that waits in a wait_list: the base of the awaiters of primitives.
class list_waiter : public wait_op, public native_awaiter, public wait_entry {
 public:
  list_waiter(const list_waiter&) = delete;
  list_waiter& operator=(const list_waiter&) = delete;

  /// Leaves the list: the wait never happened.
  cancel_outcome try_cancel(const shared_text& reason) noexcept override;

 protected:
  list_waiter() noexcept = default;
  ~list_waiter() = default;

  /// For await_suspend(). False if a cancellation is due: check() throws it. Throws usage_error if
  /// tasks of another loop wait there.
  template <class Promise>
  bool wait_in(wait_list& list, std::coroutine_handle<Promise> handle);

  /// For await_resume(): takes the grant. Throws for a cancellation, and if the primitive is gone.
  void check() {
    if (now == stage::idle) return;
    if (now == stage::granted && !answers) [[likely]] {
      take_grant();
    } else {
      check_rest();
    }
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
  /// Something has come of a wait, which check() would tell or throw.
  bool has_waited() const noexcept { return now != stage::idle; }

  /// try_cancel() has answered `awaits_tasks`: the cancellation is told by the grant that will
  /// come.
  void answer_with_grant() noexcept { answers = true; }

  /// The wait was withdrawn; the primitive may count anew, or let others pass.
  virtual void on_withdrawn() noexcept {}

 private:
  void take_grant() noexcept {
    next->previous = previous;
    previous->next = next;
    now = stage::idle;
  }
  // The rest of wait_in(): the task has been asked to stop, or the list does not fit.
  bool wait_rest(wait_list& where, bool fits, std::coroutine_handle<> handle);
  void check_rest();
  [[noreturn]] void throw_orphaned() const;
};

/// Invariants: 1. The ring holds those that were granted what they waited for and have not resumed,
/// and behind them, from `first_` on, those that wait, in the order of their coming: so a grant
/// moves nothing but `first_`. 2. All belong to one loop. When the list is destroyed, those that
/// wait throw usage_error.
class wait_list {
 public:
  wait_list() noexcept = default;
  wait_list(const wait_list&) = delete;
  wait_list& operator=(const wait_list&) = delete;
  ~wait_list() {
    if (!idle()) [[unlikely]]
      orphan_all();
  }

  /// Nobody waits.
  bool empty() const noexcept { return first_ == &root_; }
  /// Nobody waits, and nobody was granted and has not resumed.
  bool idle() const noexcept { return root_.next == &root_; }
  /// Somebody was granted and has not resumed.
  bool has_grants() const noexcept { return root_.next != first_; }
  std::size_t size() const noexcept;  // O(size)
  /// Requires: not empty.
  list_waiter& front() const noexcept { return waiter_at(first_); }
  /// Visits those that wait, in the order of their coming.
  template <class Visit>
  void for_each(Visit visit) const {
    for (wait_link* at = first_; at != &root_; at = at->next) {
      visit(static_cast<const list_waiter&>(waiter_at(at)));
    }
  }

  /// For those who change counts before they grant: throws usage_error if tasks of another loop
  /// than the one that runs in this thread wait.
  void check_loop() const {
    if (!empty()) check_loop(front());
  }
  /// Wakes the first, which has what it waits for. Requires: not empty. Throws usage_error, before
  /// it has done anything, if another loop runs in this thread.
  /// Not in line, so that what is done where nobody waits is.
  void grant_first();
  /// Wakes all that wait now.
  void grant_all();
  /// Wakes all that wait, and with `granted_too` those that have not resumed: they find failed().
  void fail_all(bool granted_too);
  /// Lets the first wait in another list, at its end. Requires: not empty.
  void move_first_to(wait_list& other) noexcept;
  /// The same for one that waits here.
  void move_to(list_waiter& waiter, wait_list& other) noexcept;

  /// Visits those too that were granted and have not resumed.
  template <class Visit>
  void for_each_inside(Visit visit) const {
    for (wait_link* at = root_.next; at != &root_; at = at->next) visit(waiter_at(at));
  }

  /// Whether a task of that loop may wait here.
  bool fits(const scheduler& owner) const noexcept {
    // The granted belong to it as well.
    return idle() || &waiter_at(root_.next).parked->owner() == &owner;
  }
  void push(list_waiter& waiter) noexcept {
    wait_link* const last = root_.previous;
    waiter.list = this;
    waiter.next = &root_;
    waiter.previous = last;
    last->next = &waiter;
    root_.previous = &waiter;
    if (first_ == &root_) first_ = &waiter;
    waiter.now = wait_entry::stage::waiting;
  }
  void remove(wait_entry& waiter) noexcept {
    if (first_ == &waiter) first_ = waiter.next;
    waiter.next->previous = waiter.previous;
    waiter.previous->next = waiter.next;
  }
  [[noreturn]] static void throw_two_loops(const char* what);

 private:
  // Each link of the ring but the root is that of a waiter.
  static list_waiter& waiter_at(wait_link* link) noexcept {
    return static_cast<list_waiter&>(*link);
  }
  static void check_loop(const list_waiter& waiter) {
    if (!waiter.parked->owner().runs_here()) [[unlikely]]
      check_current(waiter);
  }
  static void check_current(const list_waiter& waiter);
  static void grant(list_waiter& waiter) noexcept {
    waiter.now = wait_entry::stage::granted;
    if (waiter.answers) [[unlikely]]
      answer(waiter);
    waiter.parked->wake();
  }
  static void answer(list_waiter& waiter) noexcept;
  void orphan_all() noexcept;

  wait_link root_{&root_, &root_};
  wait_link* first_ = &root_;  // that waits, or the root
};

template <class Promise>
RILL_ALWAYS_INLINE bool list_waiter::wait_in(wait_list& where,
                                             std::coroutine_handle<Promise> handle) {
  task_state& awaiting = waiting_task(handle);
  parked = &awaiting;
  const bool fits = where.fits(awaiting.owner());
  if constexpr (!rill_promise<Promise>) {
    if (!fits) discard_waiting_task<Promise>(awaiting);
  }
  if (!fits || awaiting.has_attention()) [[unlikely]]
    return wait_rest(where, fits, handle);
  where.push(*this);
  awaiting.suspend(handle, *this);
  return true;
}

}  // namespace rill::detail
