// SPDX-License-Identifier: BSL-1.0
// Standard input, output and error as streams, whatever stands behind them.
#pragma once

#include <cstddef>

#include "rill/core/coro.hpp"
#include "rill/streams/stream_reader.hpp"
#include "rill/streams/stream_writer.hpp"

namespace rill {

// [standard_streams]
/// Opens standard input for reading: a terminal, a pipe, a FIFO, a socket, a regular file or a
/// device alike. asyncio: connect_read_pipe(lambda: StreamReaderProtocol(reader), sys.stdin), which
/// refuses regular files.
///
/// Nothing that other programs see is changed: the mode of the shared handle stays as it is, so
/// that output to the same terminal does not become non-blocking. The reader takes from the system
/// what is there, up to its buffer's room: what it holds when it is destroyed is lost to whoever
/// reads standard input next, and std::cin must not be used beside it.
/// May complete without **suspending**. **Throws** usage_error while an earlier reader of standard
/// input lives, or when no loop runs in this thread; std::system_error when standard input is
/// closed (bad file descriptor) or cannot be read; std::invalid_argument for a limit of zero.
coro<stream_reader> open_standard_input(std::size_t limit = default_stream_limit);

/// Opens standard output for writing. asyncio: connect_write_pipe() of sys.stdout. Any number may
/// be open; each has a queue of its own, and what two of them write may mix.
///
/// The mode of the shared handle stays as it is, and close() closes the stream, not the process's
/// standard output. A regular file is written at the position that it shares with other writers,
/// so that nobody's output is overwritten. What printf() and std::cout still hold comes later:
/// flush them first. What is queued goes out while the loop runs, and when the loop is closed,
/// which then waits until all is written, as exit() does for printf(); abort() drops it. A reader
/// that has gone is an error (broken pipe) of drain() and flush(), never a signal. May complete
/// without **suspending**. **Throws** usage_error when no loop runs in this thread;
/// std::system_error when the handle is closed (bad file descriptor) or cannot be written.
coro<stream_writer> open_standard_output();
/// The same for standard error.
coro<stream_writer> open_standard_error();
// [/standard_streams]

}  // namespace rill
