// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/detail/wait_awaiter.hpp"

#include "rill/combinators/wait.hpp"

namespace rill::detail {

void wait_join::on_member_end(join_member& member) noexcept {
  if (until_ == return_when::first_completed ||
      (until_ == return_when::first_exception && member.state->status() == future_status::error)) {
    settle();
  }
}

void wait_join::on_parked() {
  if (timeout_ == never) return;
  loop_services& loop = loop_services::of(*task_);
  loop.arm(*this, saturated_sum(loop.now(), timeout_));
}

void wait_join::on_due(timer_node& timer) noexcept {
  auto& self = static_cast<wait_join&>(timer);
  self.settle();
  self.finish_if_over();
}

void wait_join::end_wait() noexcept {
  if (armed()) loop_services::of(*task_).disarm(*this);
  stop();
}

}  // namespace rill::detail
