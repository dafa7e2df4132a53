// SPDX-License-Identifier: BSL-1.0
#include "rill/core/yield.hpp"

namespace rill::detail {

constinit yield_wait yield_wait::instance;

cancel_outcome yield_wait::try_cancel(const shared_text& /*reason*/) noexcept {
  return cancel_outcome::struck;
}

const char* yield_wait::describe() const noexcept { return "yield"; }

}  // namespace rill::detail
