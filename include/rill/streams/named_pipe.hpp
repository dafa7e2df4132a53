// SPDX-License-Identifier: BSL-1.0
// open_pipe_connection(), start_pipe_server(): the named pipes of Windows, which carry bytes in
// both directions between the programs of a machine.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/server.hpp"

namespace rill {

namespace detail {

coro<server> serve_named_pipe(connection_handler handler, std::string path, server_options options);

}  // namespace detail

// [named_pipe]
/// Connects to the named pipe that a server has at `path`: `\\.\pipe\name`. asyncio: create_pipe_
/// connection() of the ProactorEventLoop. **Suspends** while all ends that the server has made are
/// taken; asks for that after 1 ms, then ever more rarely, at last every 100 ms, as the system does
/// not tell. **Cancellation** withdraws that. The connection has no half that could end alone:
/// write_eof() throws usage_error. The server cannot act in the name of its client.
///
/// **Throws** std::system_error: no such file, if nobody serves it; not supported, on other systems
/// than Windows, which have open_unix_connection(). std::invalid_argument for what is no pipe.
coro<connection> open_pipe_connection(std::string path, std::size_t limit = default_stream_limit);

/// Serves a named pipe: calls `handler(reader, writer)` for each connection, as start_server()
/// does. asyncio: start_serving_pipe() of the ProactorEventLoop. Of the options `max_clients`,
/// `limit` and `start_serving` count. The server has no sockets, no addresses, and port 0.
///
/// Only programs of this machine can connect. The name goes with the last end of the pipe, so it is
/// in use as long as a connection is open, also when the server is closed. **Throws**
/// std::system_error: address in use, or not supported, on other systems than Windows;
/// std::invalid_argument for a path of another form.
template <detail::serves_connections Handler>
coro<server> start_pipe_server(Handler&& handler, std::string path, server_options options = {}) {
  return detail::serve_named_pipe(detail::as_connection_handler(std::forward<Handler>(handler)),
                                  std::move(path), options);
}
// [/named_pipe]

}  // namespace rill
