// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/capacity_limiter.hpp"

#include <algorithm>
#include <stdexcept>

#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"

namespace rill {

namespace {

std::size_t checked_total(std::ptrdiff_t total) {
  if (total < 0) throw std::invalid_argument("rill: a capacity_limiter cannot lend less than none");
  return static_cast<std::size_t>(total);
}

detail::task_state& running_task() {
  detail::task_state* const task = detail::scheduler::require_current().current_task();
  if (task == nullptr) {
    detail::throw_usage(
        "rill: no task runs here that could have a token; use the forms on behalf of a borrower");
  }
  return *task;
}

}  // namespace

capacity_limiter::capacity_limiter(std::ptrdiff_t total) : total_(checked_total(total)) {}

bool capacity_limiter::knows(const void* key) const noexcept {
  return std::any_of(borrowers_.begin(), borrowers_.end(),
                     [key](const loan& each) { return each.key == key; });
}

bool capacity_limiter::lend_at_once(const void* key, const any_task& task) {
  bool known = knows(key);
  waiters_.for_each([key, &known](const detail::list_waiter& each) {
    known = known || static_cast<const acquire_wait&>(each).key() == key;
  });
  if (known) {
    detail::throw_usage(
        "rill: this borrower has a token of the capacity_limiter already, or waits for one; "
        "release it first, or acquire on behalf of something else");
  }
  borrowers_.reserve(borrowers_.size() + waiters_.size() + 1);
  if (available() == 0 || !waiters_.empty()) return false;
  borrowers_.push_back({key, task});
  return true;
}

bool capacity_limiter::try_acquire() {
  detail::task_state& task = running_task();
  return lend_at_once(&task, detail::task_access::wrap(task));
}

void capacity_limiter::release() { release_on_behalf_of(&running_task()); }

void capacity_limiter::release_on_behalf_of(const void* key) {
  const auto at = std::find_if(borrowers_.begin(), borrowers_.end(),
                               [key](const loan& each) { return each.key == key; });
  if (at == borrowers_.end()) {
    detail::throw_usage(
        "rill: this borrower has no token of the capacity_limiter; release it once for each "
        "acquire()");
  }
  borrowers_.erase(at);
  lend_to_waiters();
}

void capacity_limiter::set_total(std::ptrdiff_t total) {
  total_ = checked_total(total);
  lend_to_waiters();
}

// There is room: each reserved it before it waited.
void capacity_limiter::lend_to_waiters() {
  while (available() != 0 && !waiters_.empty()) {
    const auto& first = static_cast<const acquire_wait&>(waiters_.front());
    const void* const key = first.key();
    any_task who = first.who();
    waiters_.grant_first();
    borrowers_.push_back({key, std::move(who)});
  }
}

capacity_limiter_stats capacity_limiter::stats() const {
  capacity_limiter_stats stats{
      .total = total_, .borrowed = borrowers_.size(), .waiters = waiters_.size(), .borrowers = {}};
  for (const loan& each : borrowers_)
    stats.borrowers.push_back(each.task ? each.task.name() : "somebody");
  return stats;
}

}  // namespace rill
