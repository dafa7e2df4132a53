// SPDX-License-Identifier: BSL-1.0
// Waiting for threads without blocking a loop.
#pragma once

#include "rill/base/unique_function.hpp"
#include "rill/core/coro.hpp"

namespace rill::detail {

/// Calls `join`, which blocks, in a thread of its own, and ends when it has returned; here if there
/// is no thread to be had. **Cancellation** ends the wait alone.
coro<> join_aside(unique_function<void()> join);

}  // namespace rill::detail
