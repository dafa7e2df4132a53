// SPDX-License-Identifier: BSL-1.0
#include "rill/testing/virtual_clock.hpp"

#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"

namespace rill::testing {

namespace detail {

using rill::detail::cancel_outcome;
using rill::detail::loop_services;
using rill::detail::shared_text;
using rill::detail::task_state;

void blocked_awaiter::begin(task_state& task, std::coroutine_handle<> handle) {
  loop_services& loop = loop_services::of(task);
  auto* const clock = dynamic_cast<virtual_clock*>(loop.source());
  if (clock == nullptr)
    rill::detail::throw_usage(
        "rill: wait_all_tasks_blocked() needs a loop on a testing::virtual_clock");
  // A timer that never comes to be, so that the loop has something to make time jump to.
  loop.arm(*this, rill::detail::never - 1);
  clock->waiters_.push_back(*this);
  task.suspend(handle, *this);
}

void blocked_awaiter::leave() noexcept {
  if (!is_linked()) return;
  unlink();
  loop_services::of(*task_).disarm(*this);
}

void blocked_awaiter::wake() noexcept {
  leave();
  task_->wake();
}

void blocked_awaiter::on_due(timer_node& timer) noexcept {
  auto& self = static_cast<blocked_awaiter&>(timer);
  self.unlink();
  self.task_->wake();
}

cancel_outcome blocked_awaiter::try_cancel(const shared_text& /*reason*/) noexcept {
  leave();
  return cancel_outcome::withdrawn;
}

}  // namespace detail

virtual_clock::~virtual_clock() = default;

void virtual_clock::advance(std::chrono::nanoseconds by) {
  if (by.count() < 0) rill::detail::throw_invalid_argument("rill: virtual time cannot go back");
  now_ = rill::detail::saturated_sum(now_, by.count());
}

void virtual_clock::advance_to(std::int64_t when) noexcept {
  if (waiters_.empty()) {
    if (when > now_) now_ = when;
    ++jumps_;
    return;
  }
  // Everybody waits, which is what these wait for; time stands still once more.
  while (!waiters_.empty()) waiters_.front().wake();
}

}  // namespace rill::testing
