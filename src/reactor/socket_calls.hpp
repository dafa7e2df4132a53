// SPDX-License-Identifier: BSL-1.0
// One try of an operation by the system's non-blocking calls. For the readiness adaptor.
#pragma once

#include "reactor/descriptor_table.hpp"
#include "rill/loop/io_op.hpp"

namespace rill::detail {

/// Tries. True: it has ended, `result` is set. False: it would block. Sets may_try of the side that
/// was tried, in either case. Requires: invariant 3 of the adaptor allows it its turn.
bool try_operation(descriptor& entry, descriptor_side& side, io_op& op) noexcept;

}  // namespace rill::detail
