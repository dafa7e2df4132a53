// SPDX-License-Identifier: BSL-1.0
// The lock in memory that processes share, and the memory. It outlives a process that dies with it.
#pragma once

#include <pthread.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "rill/base/native_handle.hpp"

namespace rill::detail {

/// Lies in shared memory. Never destroyed: other processes may have it.
class segment_mutex {
 public:
  enum how_it_ended : std::uint8_t {
    taken,
    recovered,  ///< taken; the last holder died with it
    busy,
    held_here,  ///< this thread has it already
    failed,     ///< with `error`
  };
  struct outcome {
    how_it_ended how = taken;
    int error = 0;
  };

  /// In zeros. Returns 0 or an error.
  int initialize() noexcept;
  outcome lock() noexcept;
  outcome try_lock() noexcept;
  outcome try_lock_for(std::chrono::nanoseconds limit) noexcept;
  void unlock() noexcept;

 private:
  // One of the two, by system.
  union {
    pthread_mutex_t mutex_;
    std::uint64_t holder_;  // process and thread; 0: free
  };
};

/// Memory without a name, which no process can make shorter; invalid_handle, with errno.
native_handle make_shared_memory(std::size_t bytes) noexcept;

}  // namespace rill::detail
