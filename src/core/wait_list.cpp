// SPDX-License-Identifier: BSL-1.0
#include "rill/core/detail/wait_list.hpp"

#include <string>

#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"

namespace rill::detail {

void wait_entry::leave() noexcept {
  list->remove(*this);
  now = stage::idle;
}

void wait_entry::leave_with_frame() noexcept {
  leave();
  parked->forget_guest();
}

cancel_outcome list_waiter::try_cancel(const shared_text& /*reason*/) noexcept {
  leave();
  now = stage::struck;
  on_withdrawn();
  return cancel_outcome::withdrawn;
}

bool list_waiter::wait_rest(wait_list& where, bool fits, std::coroutine_handle<> handle) {
  if (!fits) wait_list::throw_two_loops(describe());
  if (parked->interrupt_due()) {
    parked->take_delivery();
    now = stage::struck;
    return false;
  }
  where.push(*this);
  parked->suspend(handle, *this);
  return true;
}

void list_waiter::check_rest() {
  if (now == stage::granted) take_grant();
  if (parked->take_interrupt()) parked->throw_interrupt();
  if (now == stage::orphaned) throw_orphaned();
}

RILL_COLD void list_waiter::throw_orphaned() const {
  throw_usage(("rill: this " + std::string(describe()) +
               " was destroyed while tasks waited for it; keep it until they have ended")
                  .c_str());
}

std::size_t wait_list::size() const noexcept {
  std::size_t count = 0;
  for (const wait_link* at = first_; at != &root_; at = at->next) ++count;
  return count;
}

void wait_list::grant_first() {
  list_waiter& first = front();
  check_loop(first);
  first_ = first.next;
  grant(first);
}

void wait_list::grant_all() {
  if (empty()) return;
  check_loop(front());
  for (wait_link* at = first_; at != &root_; at = at->next) grant(waiter_at(at));
  first_ = &root_;
}

void wait_list::fail_all(bool granted_too) {
  if (!empty()) check_loop(front());
  while (!empty()) {
    list_waiter& waiter = front();
    remove(waiter);
    waiter.now = wait_entry::stage::failed;
    waiter.parked->wake();
  }
  if (!granted_too) return;
  for (wait_link* at = root_.next; at != &root_; at = at->next) {
    waiter_at(at).now = wait_entry::stage::failed;
  }
  root_ = {&root_, &root_};
}

void wait_list::move_first_to(wait_list& other) noexcept { move_to(front(), other); }

void wait_list::move_to(list_waiter& waiter, wait_list& other) noexcept {
  remove(waiter);
  other.push(waiter);
}

void wait_list::check_current(const list_waiter& waiter) {
  const scheduler* const running = scheduler::current();
  if (running != nullptr && running != &waiter.parked->owner()) throw_two_loops(waiter.describe());
}

void wait_list::answer(list_waiter& waiter) noexcept {
  if (waiter.parked->interrupt_due()) waiter.parked->take_delivery();
}

RILL_COLD void wait_list::throw_two_loops(const char* what) {
  throw_usage(("rill: this " + std::string(what) +
               " is used from two event loops; give each its own, or cross over with "
               "call_soon_threadsafe()")
                  .c_str());
}

void wait_list::orphan_all() noexcept {
  for (wait_link* at = root_.next; at != &root_; at = at->next) {
    list_waiter& waiter = waiter_at(at);
    if (waiter.now == wait_entry::stage::granted) {
      waiter.now = wait_entry::stage::gone;
    } else {
      waiter.now = wait_entry::stage::orphaned;
      waiter.parked->wake();
    }
  }
}

}  // namespace rill::detail
