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

}  // namespace

detail::task_state& capacity_limiter::running_task() {
  detail::task_state* const task = detail::scheduler::require_current().current_task();
  if (task == nullptr) throw_no_task();
  return *task;
}

capacity_limiter::capacity_limiter(std::ptrdiff_t total) : total_(checked_total(total)) {}

bool capacity_limiter::knows(const void* key) const noexcept {
  return std::any_of(borrowers_.begin(), borrowers_.end(),
                     [key](const loan& each) { return each.key == key; });
}

void capacity_limiter::throw_no_task() {
  detail::throw_usage(
      "rill: no task of rill's runs here that could have a token of the capacity_limiter; use the "
      "forms on behalf of a borrower");
}

bool capacity_limiter::lend_at_once(const void* key, const detail::task_state* task) {
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
  lend(key, task);
  return true;
}

bool capacity_limiter::try_acquire() {
  detail::task_state& task = running_task();
  return lend_at_once(&task, &task);
}

// A name and no handle: that would keep the loop from reporting a task that fails.
void capacity_limiter::lend(const void* key, const detail::task_state* task) noexcept {
  if (task == nullptr) {
    borrowers_.push_back({key, {}, 0});
  } else {
    borrowers_.push_back({key, task->shared_name(), task->id()});
  }
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
  waiters_.check_loop();
  borrowers_.erase(at);
  lend_to_waiters();
}

void capacity_limiter::set_total(std::ptrdiff_t total) {
  const std::size_t checked = checked_total(total);
  waiters_.check_loop();
  total_ = checked;
  lend_to_waiters();
}

// There is room: each reserved it before it waited.
void capacity_limiter::lend_to_waiters() {
  while (available() != 0 && !waiters_.empty()) {
    const auto& first = static_cast<const acquire_wait&>(waiters_.front());
    const void* const key = first.key();
    const detail::task_state* const who = first.who();
    waiters_.grant_first();
    lend(key, who);
  }
}

capacity_limiter_stats capacity_limiter::stats() const {
  capacity_limiter_stats stats{
      .total = total_, .borrowed = borrowers_.size(), .waiters = waiters_.size(), .borrowers = {}};
  for (const loan& each : borrowers_) {
    if (!each.name.empty()) {
      stats.borrowers.emplace_back(each.name.view());
    } else {
      stats.borrowers.push_back(each.task_id != 0 ? "task-" + std::to_string(each.task_id)
                                                  : std::string("somebody"));
    }
  }
  return stats;
}

}  // namespace rill
