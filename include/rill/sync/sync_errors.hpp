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

// [queue_shut_down]
/// A put into a queue that is shut down, or a get from one that is empty besides. asyncio:
/// QueueShutDown.
class queue_shut_down : public std::runtime_error {
 public:
  queue_shut_down();
};
// [/queue_shut_down]

// [channel_closed]
/// A send into a channel from which nobody receives any more. asyncio: none; trio:
/// BrokenResourceError.
class channel_closed : public std::runtime_error {
 public:
  channel_closed();
};
// [/channel_closed]

}  // namespace rill
