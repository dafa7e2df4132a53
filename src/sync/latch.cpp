// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/latch.hpp"

#include <stdexcept>

#include "rill/core/errors.hpp"

namespace rill {

latch::latch(std::ptrdiff_t count) : left_(static_cast<std::size_t>(count)) {
  if (count < 0) throw std::invalid_argument("rill: a latch cannot begin below zero");
}

void latch::count_down(std::size_t count) {
  if (count > left_) {
    detail::throw_usage(
        "rill: this latch was counted down too often; count once for each of its number");
  }
  waiters_.check_loop();
  left_ -= count;
  if (left_ == 0) waiters_.grant_all();
}

}  // namespace rill
