// SPDX-License-Identifier: BSL-1.0
// Pipes and FIFOs as streams.
#pragma once

#include <cstddef>
#include <string>

#include "rill/base/native_handle.hpp"
#include "rill/core/coro.hpp"
#include "rill/streams/stream_reader.hpp"
#include "rill/streams/stream_writer.hpp"

namespace rill {

// [pipe]
/// A reader over the end of a pipe, a FIFO, a socket or a character device, which it takes over:
/// makes non-blocking, and closes when the reader goes. asyncio: connect_read_pipe(), with a
/// StreamReaderProtocol. **Throws** std::invalid_argument for a regular file (see class file), a
/// directory, or a limit of zero; std::system_error for a handle that is none; the handle is the
/// caller's still. Not so if memory runs out: then it is closed. **Threads**: on the loop of this
/// thread.
stream_reader connect_read_pipe(native_handle handle, std::size_t limit = default_stream_limit);
/// A writer over the other kind of end. asyncio: connect_write_pipe(). write_eof() and close() are
/// the same here: the handle is closed. Once nobody reads, drain() throws std::system_error (broken
/// pipe).
stream_writer connect_write_pipe(native_handle handle);

/// Both ends of a pipe.
struct pipe_streams {
  stream_reader reader;
  stream_writer writer;
};
/// Makes a pipe. asyncio: os.pipe() and the two above. **Throws** std::system_error.
pipe_streams open_pipe(std::size_t limit = default_stream_limit);

/// Opens a FIFO for reading. **Suspends** until a writer has written something, or has come and
/// gone; without one the end of the stream would come at once. **Cancellation** closes it.
/// **Throws** std::system_error if it cannot be opened, std::invalid_argument if it is no FIFO.
///
/// On Windows a FIFO is a named pipe, `\\.\pipe\name`, that is there while somebody reads: each
/// reader makes an end of it, for one writer, and waits until that has come.
coro<stream_reader> open_fifo_reader(std::string path, std::size_t limit = default_stream_limit);
/// Opens a FIFO for writing. **Suspends** until somebody has opened it for reading; asks for that
/// every 20 ms, as the system does not tell. Otherwise as above.
coro<stream_writer> open_fifo_writer(std::string path);
// [/pipe]

}  // namespace rill
