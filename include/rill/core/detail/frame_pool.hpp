// SPDX-License-Identifier: BSL-1.0
// Memory for coroutine frames, task blocks and callback nodes: per-thread free lists by size class,
// with a bounded exchange between threads. Blocks may be given back on any thread.
#pragma once

#include <cstddef>
#include <new>

#include "rill/base/config.hpp"

namespace rill::detail {

// Classes of 16 bytes, from 32 bytes up to 2 KiB; larger blocks go to the heap.
inline constexpr std::size_t pool_granule = 16;
inline constexpr std::size_t pool_smallest = 32;
inline constexpr std::size_t pool_largest = 2048;

constexpr std::size_t pool_class(std::size_t size) noexcept {
  return ((size < pool_smallest ? pool_smallest : size) - 1) / pool_granule;
}

/// A block of the class, or its return, on any thread. Out of line, because they reach the thread's
/// cache.
void* pool_take(std::size_t size_class);
void pool_give(void* block, std::size_t size_class) noexcept;

// AddressSanitizer is to see each block's end, so there is no pool under it.
constexpr bool pooled(std::size_t size) noexcept { return RILL_ASAN == 0 && size <= pool_largest; }

/// Allocates `size` bytes, aligned as operator new aligns. Throws std::bad_alloc. Sizes are
/// constants wherever this is called, so the class is found at compile time.
RILL_ALWAYS_INLINE void* pool_allocate(std::size_t size) {
  return pooled(size) ? pool_take(pool_class(size)) : ::operator new(size);
}

/// Gives back a block of pool_allocate(size), on any thread.
RILL_ALWAYS_INLINE void pool_deallocate(void* block, std::size_t size) noexcept {
  if (pooled(size)) {
    pool_give(block, pool_class(size));
  } else {
    ::operator delete(block, size);
  }
}

/// Base of what is made from the pool by new, and deleted as what it is. Empty.
struct from_pool {
  static void* operator new(std::size_t size) { return pool_allocate(size); }
  static void operator delete(void* block, std::size_t size) noexcept {
    pool_deallocate(block, size);
  }

 protected:
  ~from_pool() = default;
};

}  // namespace rill::detail
