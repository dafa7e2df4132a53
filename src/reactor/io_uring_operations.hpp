// SPDX-License-Identifier: BSL-1.0
//
// What one operation is to the system: as an entry of the submission queue, and as a direct call.
// For io_uring_reactor.
#pragma once

#include <liburing.h>

#include <cstdint>

#include "rill/loop/io_op.hpp"
#include "rill/loop/reactor.hpp"

namespace rill::detail::uring {

/// What poll is asked for.
unsigned poll_mask(io_direction direction) noexcept;

/// True for kinds that are only polled for by the kernel, and then done by perform(): waits, and
/// messages. A message's header would have to outlive the call that started it, and the record has
/// no room for one.
bool is_polled(io_kind kind) noexcept;

/// Fills an entry that performs the operation; not for kinds that are polled. `poll_first`: the
/// kernel need not try, it would find nothing.
void prepare(io_uring_sqe& entry, const io_op& op, bool poll_first) noexcept;

/// Performs a send, receive, message or accept without blocking; of a wait, says that it is over.
/// Returns the result; -EAGAIN: it would block.
std::int64_t perform(io_op& op) noexcept;

}  // namespace rill::detail::uring
