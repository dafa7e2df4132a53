// SPDX-License-Identifier: BSL-1.0
// memory_stream_pair(): two connected streams without a system between them, for tests and plugs.
#pragma once

#include <cstddef>

#include "rill/streams/connection.hpp"

namespace rill {

// [memory_stream_pair]
/// Both ends of a connection.
struct connection_pair {
  connection first;
  connection second;
};

/// Two streams in this process, each of which reads what the other writes: as two connected
/// sockets, but without a descriptor, and in the order of the loop alone, so that a test over them
/// always runs the same. asyncio has no counterpart (trio: memory_stream_pair()).
///
/// `capacity`: how many bytes are on the way in each direction before the writer's queue grows; as
/// the buffers of a socket. Closing one side is the end of the stream to the other; what it still
/// writes is a broken pipe. A task that waits for bytes which nobody can write any more is reported
/// as a deadlock, as with all waits inside a program.
/// **Throws** std::invalid_argument for a capacity or limit of zero. **Threads**: both ends on the
/// loop of this thread.
connection_pair memory_stream_pair(std::size_t capacity = 64 * 1024,
                                   std::size_t limit = default_stream_limit);
// [/memory_stream_pair]

}  // namespace rill
