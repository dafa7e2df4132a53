// SPDX-License-Identifier: BSL-1.0
//
// Counts calls of operator new in this program, and has one of them fail. Linked in only where it
// is used.
#pragma once

#include <cstddef>

namespace rill_test {

/// False under ThreadSanitizer, which has operators of its own; nothing is counted then.
bool counts_allocations() noexcept;

/// How often any operator new has been called so far, in all threads.
std::size_t allocation_count() noexcept;

/// Has one operator new of this thread throw std::bad_alloc: the next, if `after` is 0, or that
/// many later. Blocks that rill's pools have in stock need none; under AddressSanitizer there are
/// none.
class failing_allocation {
 public:
  explicit failing_allocation(std::size_t after) noexcept;
  failing_allocation(const failing_allocation&) = delete;
  failing_allocation& operator=(const failing_allocation&) = delete;
  ~failing_allocation();

  /// It has come to that. No other fails then.
  bool has_failed() const noexcept;
};

/// The size of the latest allocation that was too large for rill's pools, or 0.
std::size_t latest_large_allocation() noexcept;

}  // namespace rill_test
