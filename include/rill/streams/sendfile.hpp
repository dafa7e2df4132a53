// SPDX-License-Identifier: BSL-1.0
// sendfile(): a file over a transport.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "rill/core/coro.hpp"
#include "rill/net/file.hpp"
#include "rill/net/transport.hpp"

namespace rill {

// [sendfile]
/// Sends a file over a transport, from `offset`, `count` bytes of it or all up to its end, when all
/// that was written before has gone out; returns how many bytes. asyncio: loop.sendfile(). Works as
/// stream_writer::send_file(): by the system where it can, else in blocks if `fallback` allows;
/// write() and write_eof() are a usage_error until it has ended, and close() waits for it. Reading
/// goes on meanwhile, and the protocol is neither changed nor told to pause.
/// **Cancellation**, and errors of the file: the transport goes on behind what was sent. The loss
/// of the connection ends it, as ever. **Throws** usage_error for a transport that is closing, that
/// only receives, or that is not one of the library's; send_file_not_available_error where there is
/// no way but blocks and `fallback` is false. **Lifetime**: the file may go meanwhile. **Threads**:
/// only on the thread of its loop.
coro<std::int64_t> sendfile(std::shared_ptr<transport> over, file& from, std::int64_t offset = 0,
                            std::optional<std::int64_t> count = {}, bool fallback = true);
// [/sendfile]

}  // namespace rill
