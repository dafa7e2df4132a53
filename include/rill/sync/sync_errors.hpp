// SPDX-License-Identifier: BSL-1.0
// The errors of primitives that are not misuse.
#pragma once

#include <stdexcept>

namespace rill {

// [broken_barrier_error]
/// A barrier was reset or aborted while the task was inside. asyncio: BrokenBarrierError.
class broken_barrier_error : public std::runtime_error {
 public:
  broken_barrier_error();
};
// [/broken_barrier_error]

}  // namespace rill
