// SPDX-License-Identifier: BSL-1.0
// write_limits: the water marks of whatever queues bytes to be sent.
#pragma once

#include <cstddef>
#include <optional>

namespace rill {

// [write_limits]
/// Between which amounts of bytes waiting to be sent a writer is held: it is stopped above the high
/// mark and goes on at the low one.
struct write_limits {
  std::size_t high = 64 * 1024;
  std::size_t low = 16 * 1024;

  /// asyncio's rules for set_write_buffer_limits(): without a low mark it is a quarter of the high
  /// one; without a high mark it is four times the low one; without either, the default. **Throws**
  /// std::invalid_argument if low is above high.
  static write_limits of(std::optional<std::size_t> high, std::optional<std::size_t> low);
};
// [/write_limits]

}  // namespace rill
