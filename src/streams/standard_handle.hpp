// SPDX-License-Identifier: BSL-1.0
// A handle that other programs use too (standard input, say) as the device of a stream, without a
// change that they would see.
#pragma once

#include <cstdint>
#include <memory>

#include "streams/stream_device.hpp"

namespace rill::detail {

enum class standard_use : std::uint8_t { read, write };

/// Chooses by what the handle is. `name` is for errors: "standard input". The loop of this thread.
/// Throws std::system_error. The handle stays the caller's.
///
/// socket: a duplicate; operations on sockets never block, whatever the mode is.
/// pipe, FIFO, terminal: the same opened anew, which gives a mode of our own; where that is not
/// allowed, a duplicate that is waited for and then used by calls that do not block.
/// other device (/dev/null): the latter.
/// regular file: a duplicate, in threads.
std::unique_ptr<stream_device> open_standard_handle(int handle, standard_use use, const char* name);

}  // namespace rill::detail
