// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/barrier.hpp"

#include <stdexcept>

namespace rill {

broken_barrier_error::broken_barrier_error()
    : std::runtime_error("rill: the barrier is broken, or was reset while this task was inside") {}

barrier::barrier(std::ptrdiff_t parties) : parties_(static_cast<std::size_t>(parties)) {
  if (parties < 1) throw std::invalid_argument("rill: a barrier needs one party at least");
}

bool barrier::arrive(wait_awaiter& one) {
  inside_.check_loop();
  one.index_ = arrived_;
  one.arrived_ = true;
  if (++arrived_ != parties_) return false;
  arrived_ = 0;
  inside_.grant_all();
  return true;
}

void barrier::on_resumed() {
  if (!inside_.has_grants()) admit();
}

// Those outside come in, in their order; they may complete the next round.
void barrier::admit() {
  while (!outside_.empty() && !inside_.has_grants()) {
    auto& first = static_cast<wait_awaiter&>(outside_.front());
    outside_.move_first_to(inside_);
    arrive(first);
  }
}

void barrier::reset() {
  broken_ = false;
  arrived_ = 0;
  inside_.fail_all(true);
  admit();
}

void barrier::abort() {
  broken_ = true;
  arrived_ = 0;
  inside_.fail_all(true);
  outside_.fail_all(false);
}

barrier::wait_awaiter::~wait_awaiter() {
  if (is_waiting()) on_withdrawn();
}

std::size_t barrier::wait_awaiter::await_resume() {
  const bool waited = has_unused_grant();
  check();
  if (failed()) throw broken_barrier_error();
  if (waited) barrier_->on_resumed();
  return index_;
}

void barrier::wait_awaiter::on_withdrawn() noexcept {
  if (arrived_) --barrier_->arrived_;
}

}  // namespace rill
