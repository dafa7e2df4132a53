// SPDX-License-Identifier: BSL-1.0
//
// Counts calls of operator new in this program. Linked in only where it is used.
#pragma once

#include <cstddef>

namespace rill_test {

/// False under ThreadSanitizer, which has operators of its own; nothing is counted then.
bool counts_allocations() noexcept;

/// How often any operator new has been called so far, in all threads.
std::size_t allocation_count() noexcept;

/// The size of the latest allocation that was too large for rill's pools, or 0.
std::size_t latest_large_allocation() noexcept;

}  // namespace rill_test
