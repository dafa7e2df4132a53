// SPDX-License-Identifier: BSL-1.0
// Memory for coroutine frames, task blocks and callback nodes: per-thread free lists by size class,
// with a bounded exchange between threads. Blocks may be given back on any thread.
#pragma once

#include <cstddef>

namespace rill::detail {

/// Allocates `size` bytes, aligned as operator new aligns. Throws std::bad_alloc.
void* pool_allocate(std::size_t size);

/// Gives back a block of pool_allocate(size), on any thread.
void pool_deallocate(void* block, std::size_t size) noexcept;

}  // namespace rill::detail
