// SPDX-License-Identifier: BSL-1.0
#include "support/system_limits.hpp"

namespace rill_test {

bool loses_resets() { return false; }
bool loses_refusals() { return false; }

}  // namespace rill_test
