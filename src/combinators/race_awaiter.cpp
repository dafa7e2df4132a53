// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/detail/race_awaiter.hpp"

#include <exception>
#include <vector>

#include "rill/combinators/exception_group.hpp"
#include "rill/core/errors.hpp"

namespace rill::detail {

void race_wait::on_member_end(join_member& member) noexcept {
  if (settled()) return;
  if (member.state->status() == future_status::value) {
    winner_ = &member;
    settle_for_good();
    cancel_pending();
  } else if (!failures_win_) {
    member.state->mark_observed();  // it counts only if all fail, and is thrown then
  } else if (!asked()) {
    winner_ = &member;
    settle();
    cancel_pending();
  }
}

join_member& race_wait::winner() {
  if (winner_ == nullptr) throw_failures();
  winner_->state->throw_if_not_value();
  return *winner_;
}

void race_wait::throw_failures() {
  std::vector<std::exception_ptr> errors;
  join_member* cancelled = nullptr;
  for (join_member* member = first_member(); member != nullptr; member = member->next_member) {
    member->state->mark_observed();
    if (member->state->status() == future_status::error) {
      errors.push_back(member->state->error());
    } else {
      cancelled = member;
    }
  }
  if (errors.size() == 1) std::rethrow_exception(errors.front());
  if (!errors.empty()) throw exception_group("rill: all have failed", std::move(errors));
  if (cancelled != nullptr) cancelled->state->throw_if_not_value();
  throw_usage("rill: a race needs somebody to run it; the range is empty");
}

}  // namespace rill::detail
