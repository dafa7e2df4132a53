// SPDX-License-Identifier: BSL-1.0
// connection: a reader and a writer over one socket; open_connection().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/net/address.hpp"
#include "rill/net/connect.hpp"
#include "rill/net/socket.hpp"
#include "rill/streams/stream_reader.hpp"
#include "rill/streams/stream_writer.hpp"

namespace rill {

// [connection]
/// Both halves of a connection. asyncio: the pair that open_connection() returns.
///
///     auto [reader, writer] = co_await open_connection("example.org", 80);
class connection {
 public:
  /// Takes over a connected socket of the loop of this thread. asyncio:
  /// connect_accepted_socket(). Throws std::invalid_argument for a limit of zero, usage_error for
  /// a closed socket.
  explicit connection(socket connected, std::size_t limit = default_stream_limit);
  /// Two halves that need not be of one stream: two pipes, say.
  connection(stream_reader incoming, stream_writer outgoing) noexcept
      : reader(std::move(incoming)), writer(std::move(outgoing)) {}

  stream_reader reader;
  stream_writer writer;

 private:
  friend struct detail::stream_access;
  explicit connection(detail::state_ref<detail::stream_core> core) noexcept;
};

/// Options of open_connection().
struct connection_options {
  std::size_t limit = default_stream_limit;  ///< of the reader
  connect_options connect = {};
};

/// Connects by TCP and wraps the socket; small messages are not held back (TCP_NODELAY). The host
/// is an address or a name; see connect_tcp() for how its addresses are tried, and what is thrown.
/// **Cancellation** closes what was begun.
coro<connection> open_connection(std::string host, std::uint16_t port,
                                 connection_options options = {});
coro<connection> open_connection(socket_address address, connection_options options = {});
/// The same to the Unix socket at `path`. asyncio: open_unix_connection(path). Throws
/// std::invalid_argument for a path that is none.
coro<connection> open_unix_connection(std::string path, connection_options options = {});
// [/connection]

}  // namespace rill
