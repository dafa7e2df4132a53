// SPDX-License-Identifier: BSL-1.0
//
// io_uring_rung: how much of io_uring a kernel has. For io_uring_ring; on its own, so that tests
// ask for a rung without the headers of the kernel's interface.
#pragma once

#include <cstdint>
#include <memory>

#include "rill/loop/reactor.hpp"

namespace rill::detail {

/// How a ring is set up; newer kernels reach higher.
enum class io_uring_rung : std::uint8_t {
  deferred,     ///< 6.1: one thread submits, completions are worked off only when it asks for them
  cooperative,  ///< 5.19: completions do not interrupt the thread
  plain,        ///< 5.13
};

/// An io_uring reactor that uses nothing of the rungs above the given one. Throws as
/// make_io_uring() does.
std::unique_ptr<reactor> make_io_uring_on(io_uring_rung first);

}  // namespace rill::detail
