// SPDX-License-Identifier: BSL-1.0
#include "rill/core/detail/wait_list.hpp"

#include <string>

#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"

namespace rill::detail {

cancel_outcome list_waiter::try_cancel(const shared_text& /*reason*/) noexcept {
  unlink();
  now = stage::idle;
  on_withdrawn();
  return cancel_outcome::withdrawn;
}

void list_waiter::throw_orphaned() const {
  throw_usage(("rill: this " + std::string(describe()) +
               " was destroyed while tasks waited for it; keep it until they have ended")
                  .c_str());
}

std::size_t wait_list::size() const noexcept {
  std::size_t count = 0;
  for (auto each = waiting_.begin(); each != waiting_.end(); ++each) ++count;
  return count;
}

bool wait_list::park(list_waiter& waiter, task_state& task,
                     std::coroutine_handle<> handle) noexcept {
  waiter.parked = &task;
  if (task.interrupt_due()) {
    task.take_delivery();
    return false;
  }
  waiter.now = wait_entry::stage::waiting;
  waiting_.push_back(waiter);
  task.suspend(handle, waiter);
  return true;
}

void wait_list::grant_all() {
  if (waiting_.empty()) return;
  check_loop(waiting_.front());
  while (!waiting_.empty()) grant(waiting_.front());
}

void wait_list::fail_all(bool granted_too) {
  if (!waiting_.empty()) check_loop(waiting_.front());
  while (list_waiter* const waiter = waiting_.pop_front()) {
    waiter->now = wait_entry::stage::failed;
    waiter->parked->wake();
  }
  if (!granted_too) return;
  while (list_waiter* const waiter = granted_.pop_front()) {
    waiter->now = wait_entry::stage::failed;
  }
}

void wait_list::move_first_to(wait_list& other) noexcept { move_to(waiting_.front(), other); }

void wait_list::move_to(list_waiter& waiter, wait_list& other) noexcept {
  waiting_.erase(waiter);
  other.waiting_.push_back(waiter);
}

void wait_list::throw_two_loops(const char* what) {
  throw_usage(("rill: this " + std::string(what) +
               " is used from two event loops; give each its own, or cross over with "
               "call_soon_threadsafe()")
                  .c_str());
}

void wait_list::orphan_all() noexcept {
  while (list_waiter* const waiter = waiting_.pop_front()) {
    waiter->now = wait_entry::stage::orphaned;
    waiter->parked->wake();
  }
  while (list_waiter* const waiter = granted_.pop_front()) {
    waiter->now = wait_entry::stage::gone;
  }
}

}  // namespace rill::detail
