// SPDX-License-Identifier: BSL-1.0
// server: listens, and runs a handler for each connection; start_server().
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "rill/base/unique_function.hpp"
#include "rill/core/coro.hpp"
#include "rill/net/address.hpp"
#include "rill/net/resolver.hpp"
#include "rill/net/socket.hpp"
#include "rill/streams/stream_reader.hpp"
#include "rill/streams/stream_writer.hpp"

namespace rill {

namespace detail {
class server_state;
struct server_access;
}  // namespace detail

// [server]
/// Listens on one or more sockets and runs the handler for each connection, as a task that belongs
/// to the server. asyncio: Server.
///
/// It accepts from its creation on, unless its options say otherwise. When descriptors or memory
/// run out it reports that once to the loop's exception handler, waits a second, and goes on. What
/// a handler throws is reported, and that connection closed; no other client is touched. Destroying
/// the server closes its listeners, as close() does; connections go on.
/// **Threads**: only on the thread of its loop.
class server {
 public:
  server(server&& other) noexcept;
  server& operator=(server&& other) noexcept;
  ~server();

  /// Where it listens; nothing once it is closed.
  std::vector<socket_address> addresses() const;
  /// The listening sockets. asyncio: sockets.
  const std::vector<socket>& sockets() const;
  /// The port of the first socket, also after close(); 0 for a Unix socket.
  std::uint16_t port() const;
  /// True from the start of accepting until it is closed.
  bool is_serving() const noexcept;
  /// Begins to listen and to accept, if it does not yet; serve_forever() does so too. **Throws**
  /// usage_error for a server that is closed, std::system_error if the system refuses.
  void start_serving();
  /// How many connections are open.
  std::size_t client_count() const noexcept;

  /// Waits until it is closed, by another task (throws cancelled_error, as asyncio's does) or by
  /// **cancellation** of this wait: then it shuts down, with `grace` for its clients, and goes on
  /// with the cancellation. A second cancellation cuts the grace short. **Throws** usage_error if
  /// somebody waits so already.
  coro<> serve_forever(std::chrono::nanoseconds grace = std::chrono::seconds(5));

  /// Stops listening, now. Connections stay. Idempotent.
  void close() noexcept;
  /// Closes each connection when what is queued for it has gone out. Call close() first.
  void close_clients() noexcept;
  /// Closes each connection at once.
  void abort_clients() noexcept;

  /// Waits until it is closed, no connection is open and no handler runs. asyncio: the same, but
  /// for handlers that outlive their connection.
  coro<> wait_closed();
  /// The same for at most that long; true if it has come so far.
  coro<bool> wait_closed(std::chrono::nanoseconds limit);

  /// Ends it all: close(), close_clients(), and after `grace`, abort_clients() and the cancellation
  /// of handlers that still run; then waits for those. **Cancellation** cuts the grace short.
  coro<> shutdown(std::chrono::nanoseconds grace);

 private:
  friend struct detail::server_access;
  explicit server(std::shared_ptr<detail::server_state> state) noexcept;
  detail::server_state& state() const;

  std::shared_ptr<detail::server_state> state_;
};

/// Options of start_server(). Trivial members only.
struct server_options {
  int backlog = 100;
  bool reuse_address = true;  ///< take a port that old connections still hold
  bool reuse_port = false;    ///< share the port with other sockets that say so
  bool keep_alive = false;
  bool no_delay = true;         ///< send small messages at once
  bool cleanup_socket = true;   ///< Unix: remove a stale file, and the own at close
  bool start_serving = true;    ///< false: bound only, until server::start_serving()
  std::size_t max_clients = 0;  ///< no more at a time, 0: any number; others wait to be accepted
  std::size_t limit = default_stream_limit;      ///< of the readers
  address_family family = address_family::none;  ///< ipv4 or ipv6: only such addresses of a name
  resolver* names = nullptr;                     ///< who looks names up; null: system_resolver()
};

/// What serves a connection.
using connection_handler = unique_function<coro<>(stream_reader, stream_writer)>;
// [/server]

namespace detail {

coro<server> start_server(connection_handler handler, std::vector<std::string> hosts,
                          std::uint16_t port, server_options options);
coro<server> start_server(connection_handler handler, std::vector<socket_address> addresses,
                          server_options options);
server serve_socket(connection_handler handler, socket listening, server_options options);

template <class Handler>
concept serves_connections =
    std::is_invocable_v<std::decay_t<Handler>&, stream_reader, stream_writer>;

template <class Handler>
connection_handler as_connection_handler(Handler&& handler) {
  using callable = std::decay_t<Handler>;
  using returned = std::invoke_result_t<callable&, stream_reader, stream_writer>;
  if constexpr (std::same_as<returned, coro<>>) {
    return connection_handler(std::forward<Handler>(handler));
  } else {
    static_assert(std::is_void_v<returned>,
                  "rill: a connection handler returns rill::coro<> or nothing");
    return connection_handler([plain = callable(std::forward<Handler>(handler))](
                                  stream_reader reader, stream_writer writer) mutable -> coro<> {
      plain(std::move(reader), std::move(writer));
      co_return;
    });
  }
}

}  // namespace detail

// [start_server]
/// Listens and serves: calls `handler(reader, writer)` for each connection. asyncio:
/// start_server(). The handler is a coroutine function or a plain one that passes the two on; it is
/// moved into the server and lives as long as a connection does.
///
/// `host`: an address, a name, or empty for all interfaces. Each address of it is bound once; IPv6
/// sockets take IPv6 only. Port 0: a port that is free on all of them. Addresses that are not of
/// this machine, and families it does not have, are skipped. **Throws** std::system_error for other
/// errors of binding (a port in use, say), and if no address is left; what the resolver throws.
///
/// On GCC 12, give a handler with captures a name on a line of its own before the one that awaits.
template <detail::serves_connections Handler>
coro<server> start_server(Handler&& handler, std::string host, std::uint16_t port,
                          server_options options = {}) {
  std::vector<std::string> hosts;
  hosts.push_back(std::move(host));
  return detail::start_server(detail::as_connection_handler(std::forward<Handler>(handler)),
                              std::move(hosts), port, options);
}
/// On each of several hosts.
template <detail::serves_connections Handler>
coro<server> start_server(Handler&& handler, std::vector<std::string> hosts, std::uint16_t port,
                          server_options options = {}) {
  return detail::start_server(detail::as_connection_handler(std::forward<Handler>(handler)),
                              std::move(hosts), port, options);
}
/// On one address, a Unix socket too: see start_unix_server().
template <detail::serves_connections Handler>
coro<server> start_server(Handler&& handler, socket_address address, server_options options = {}) {
  std::vector<socket_address> addresses(1, address);
  return detail::start_server(detail::as_connection_handler(std::forward<Handler>(handler)),
                              std::move(addresses), options);
}
/// On a Unix socket. asyncio: start_unix_server(handler, path). The file of a socket at `path` on
/// which nobody listens any more is removed before (asyncio: also one in use); the server's own is
/// removed when it is closed, if it is still the same. What is no socket, or in use, is an error
/// (address in use). The file gets the permissions that the process's mask leaves.
template <detail::serves_connections Handler>
coro<server> start_unix_server(Handler&& handler, std::string path, server_options options = {}) {
  return start_server(std::forward<Handler>(handler), socket_address::unix_path(path), options);
}
/// On a socket that listens already. Does not wait.
template <detail::serves_connections Handler>
server serve_socket(Handler&& handler, socket listening, server_options options = {}) {
  return detail::serve_socket(detail::as_connection_handler(std::forward<Handler>(handler)),
                              std::move(listening), options);
}
// [/start_server]

}  // namespace rill
