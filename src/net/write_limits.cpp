// SPDX-License-Identifier: BSL-1.0
#include "rill/net/write_limits.hpp"

#include <limits>

#include "rill/base/error.hpp"

namespace rill {

write_limits write_limits::of(std::optional<std::size_t> high, std::optional<std::size_t> low) {
  write_limits limits;
  if (high) {
    limits.high = *high;
  } else if (low) {
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    limits.high = *low > most / 4 ? most : 4 * *low;
  }
  limits.low = low ? *low : limits.high / 4;
  if (limits.low > limits.high) {
    detail::throw_invalid_argument("rill: the low mark must not be above the high mark");
  }
  return limits;
}

}  // namespace rill
