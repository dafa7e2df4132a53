// SPDX-License-Identifier: BSL-1.0
// create_connection(): a connection in asyncio's callback style.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/net/address.hpp"
#include "rill/net/connect.hpp"
#include "rill/net/detail/protocol_factory.hpp"
#include "rill/net/protocol.hpp"
#include "rill/net/socket.hpp"
#include "rill/net/transport.hpp"

namespace rill {

namespace detail {

template <class Protocol>
using connected_protocol = std::pair<std::shared_ptr<transport>, std::shared_ptr<Protocol>>;

coro<std::shared_ptr<transport>> start_connection(socket connected,
                                                  std::shared_ptr<stream_protocol> protocol);
/// A coroutine that gives it.
coro<socket> already_connected(socket connected);

template <class Factory>
coro<connected_protocol<made_protocol<Factory>>> connect_protocol(Factory factory,
                                                                  coro<socket> connecting) {
  socket connected = co_await std::move(connecting);
  std::shared_ptr<made_protocol<Factory>> protocol = factory();
  std::shared_ptr<transport> made = co_await start_connection(std::move(connected), protocol);
  co_return connected_protocol<made_protocol<Factory>>(std::move(made), std::move(protocol));
}

}  // namespace detail

// [create_connection]
/// Connects by TCP and has a protocol called for what happens then. asyncio: create_connection().
/// The result is a pair of transport and protocol:
///
///     auto [transport, protocol] = co_await create_connection(factory, "example.org", 80);
///
/// `factory()` is called once it is connected, and gives a shared or unique pointer to an object
/// derived from protocol or buffered_protocol; it may be one that exists already. Small messages
/// are not held back (TCP_NODELAY). **Suspends** until connection_made() has been called.
/// **Cancellation** closes what was begun. **Throws** what connect_tcp() throws, and what the
/// factory throws; the protocol sees nothing of these.
///
/// On GCC 12, give a factory with captures a name on a line of its own before the one that awaits.
template <class Factory>
  requires detail::protocol_factory<Factory, stream_protocol>
auto create_connection(Factory&& factory, std::string host, std::uint16_t port,
                       connect_options options = {}) {
  return detail::connect_protocol<std::decay_t<Factory>>(
      std::forward<Factory>(factory), connect_tcp(std::move(host), port, options));
}
/// To one address, a Unix socket too.
template <class Factory>
  requires detail::protocol_factory<Factory, stream_protocol>
auto create_connection(Factory&& factory, socket_address address, connect_options options = {}) {
  return detail::connect_protocol<std::decay_t<Factory>>(std::forward<Factory>(factory),
                                                         connect_tcp(address, options));
}
/// On a socket that is connected already, by somebody's accept() too. asyncio: its argument `sock`,
/// and connect_accepted_socket(). **Throws** usage_error for a closed socket.
template <class Factory>
  requires detail::protocol_factory<Factory, stream_protocol>
auto create_connection(Factory&& factory, socket connected) {
  return detail::connect_protocol<std::decay_t<Factory>>(
      std::forward<Factory>(factory), detail::already_connected(std::move(connected)));
}
/// To the Unix socket at `path`. **Throws** std::invalid_argument for a path that is none.
template <class Factory>
  requires detail::protocol_factory<Factory, stream_protocol>
auto create_unix_connection(Factory&& factory, std::string path) {
  return create_connection(std::forward<Factory>(factory), socket_address::unix_path(path));
}
// [/create_connection]

}  // namespace rill
