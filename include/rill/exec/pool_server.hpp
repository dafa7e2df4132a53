// SPDX-License-Identifier: BSL-1.0
// pool_server: a server on each loop of a loop_pool, all on one port; start_pool_server().
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

#include "rill/core/coro.hpp"
#include "rill/exec/loop_pool.hpp"
#include "rill/net/address.hpp"
#include "rill/streams/server.hpp"

namespace rill {

namespace detail {
class pool_serving;
}  // namespace detail

// [pool_server]
/// Servers on the loops of a loop_pool that share their port: the system spreads new connections
/// over them, and each stays on its loop. asyncio: none; processes that share a port.
///
/// **Its end**: destroying it stops listening; connections go on until they end, or the pool does.
/// With the pool, everything ends as server does with its loop. It may outlive the pool.
/// **Threads**: any, one at a time; its coroutines run on any loop, one of the pool's included.
class pool_server {
 public:
  pool_server(pool_server&& other) noexcept;
  pool_server& operator=(pool_server&& other) noexcept;
  ~pool_server();

  /// Where all of them listen.
  const std::vector<socket_address>& addresses() const noexcept;
  /// The port of the first address.
  std::uint16_t port() const noexcept;

  /// Has each loop stop listening, soon. Connections stay. Idempotent.
  void close() noexcept;
  /// Waits until it is closed, and no connection is open and no handler runs on any loop.
  /// **Cancellation** ends the wait alone.
  coro<> wait_closed();
  /// server::shutdown() on all loops at once. **Cancellation** cuts the grace short.
  coro<> shutdown(std::chrono::nanoseconds grace);

 private:
  friend struct detail::server_access;
  explicit pool_server(std::shared_ptr<detail::pool_serving> state) noexcept;

  std::shared_ptr<detail::pool_serving> state_;
};
// [/pool_server]

namespace detail {

coro<pool_server> start_pool_server(loop_pool& pool, std::vector<connection_handler> handlers,
                                    std::string host, std::uint16_t port, server_options options);

}  // namespace detail

// [start_pool_server]
/// Listens on each loop of the pool, with `options.reuse_port` set: start_server() on the first
/// one, and on the addresses that it has got, on the others. Returns when all accept.
///
///     rill::pool_server server = co_await rill::start_pool_server(pool, echo, "127.0.0.1", 8080);
///
/// Each loop has a copy of the handler, made before this returns; what the copies share must bear
/// several threads. `options.names` is asked on the first loop. The pool must live until all
/// accept. **Throws** what start_server() throws, and usage_error for a pool that has ended;
/// nothing listens then. **Cancellation** ends what was begun.
template <detail::serves_connections Handler>
coro<pool_server> start_pool_server(loop_pool& pool, Handler&& handler, std::string host,
                                    std::uint16_t port, server_options options = {}) {
  static_assert(std::copy_constructible<std::decay_t<Handler>>,
                "rill: each loop of a pool needs a copy of the handler, which cannot be copied");
  std::vector<connection_handler> handlers;
  handlers.reserve(pool.size());
  for (std::size_t each = 0; each < pool.size(); ++each) {
    handlers.push_back(detail::as_connection_handler(std::decay_t<Handler>(handler)));
  }
  return detail::start_pool_server(pool, std::move(handlers), std::move(host), port, options);
}
// [/start_pool_server]

}  // namespace rill
