// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/timeout_scope.hpp"

#include <new>

#include "rill/core/detail/task_state.hpp"
#include "rill/core/errors.hpp"

namespace rill {

void timeout_scope::enter(std::int64_t when) {
  scope_.emplace();
  owner_ = &detail::scheduler::require_current();
  when_ = when;
}

detail::loop_services& timeout_scope::loop() const noexcept {
  return detail::loop_services::of(*owner_);
}

void timeout_scope::arm() noexcept {
  counting_ = true;
  if (when_ == detail::never || expired_) return;
  try {
    loop().arm(*this, when_);
  } catch (const std::bad_alloc&) {
    out_of_memory_ = true;
    strike();
  }
}

void timeout_scope::strike() noexcept {
  expired_ = true;
  scope_->cancel();
}

void timeout_scope::leave() noexcept {
  loop().disarm(*this);
  scope_.reset();
}

bool timeout_scope::absorb() {
  if (!expired_ || !scope_->absorb()) return false;
  if (out_of_memory_) throw std::bad_alloc();
  return true;
}

std::int64_t timeout_scope::from_now(std::int64_t delay) const noexcept {
  return delay == detail::never ? delay : detail::saturated_sum(loop().now(), delay);
}

void timeout_scope::reschedule(time_point when) { move_to(when.time_since_epoch().count()); }

void timeout_scope::move_to(std::int64_t when) {
  if (!scope_)
    detail::throw_usage("rill: this timeout is over; its limit cannot be moved any more");
  if (expired_)
    detail::throw_usage("rill: this timeout has expired; its limit cannot be moved any more");
  if (counting_) {
    loop().disarm(*this);
    if (when != detail::never) loop().arm(*this, when);
  }
  when_ = when;
}

void timeout_scope::on_due(timer_node& timer) noexcept {
  static_cast<timeout_scope&>(timer).strike();
}

}  // namespace rill
