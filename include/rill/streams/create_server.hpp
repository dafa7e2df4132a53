// SPDX-License-Identifier: BSL-1.0
// create_server(): a server in asyncio's callback style.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "rill/base/unique_function.hpp"
#include "rill/core/coro.hpp"
#include "rill/net/address.hpp"
#include "rill/net/detail/protocol_factory.hpp"
#include "rill/net/protocol.hpp"
#include "rill/net/socket.hpp"
#include "rill/streams/server.hpp"

namespace rill {

namespace detail {

using protocol_maker = unique_function<std::shared_ptr<stream_protocol>()>;

coro<server> create_server(protocol_maker maker, std::vector<std::string> hosts, std::uint16_t port,
                           server_options options);
coro<server> create_server(protocol_maker maker, std::vector<socket_address> addresses,
                           server_options options);
server create_server_on(protocol_maker maker, socket listening, server_options options);

}  // namespace detail

// [create_server]
/// Listens, and has a protocol of its own called for each connection. asyncio: create_server().
/// What start_server() says of hosts, addresses, options and errors holds here; `limit` has no
/// meaning.
///
/// `factory()` is called for each connection, and gives a shared or unique pointer to an object
/// derived from protocol or buffered_protocol; it may be the same for several. What it throws is
/// reported to the exception handler, and that connection closed.
/// A connection counts for wait_closed() until its connection_lost() has returned.
///
/// On GCC 12, give a factory with captures a name on a line of its own before the one that awaits.
template <class Factory>
  requires detail::protocol_factory<Factory, stream_protocol>
coro<server> create_server(Factory&& factory, std::string host, std::uint16_t port,
                           server_options options = {}) {
  std::vector<std::string> hosts;
  hosts.push_back(std::move(host));
  return detail::create_server(detail::protocol_maker(std::forward<Factory>(factory)),
                               std::move(hosts), port, options);
}
/// On each of several hosts.
template <class Factory>
  requires detail::protocol_factory<Factory, stream_protocol>
coro<server> create_server(Factory&& factory, std::vector<std::string> hosts, std::uint16_t port,
                           server_options options = {}) {
  return detail::create_server(detail::protocol_maker(std::forward<Factory>(factory)),
                               std::move(hosts), port, options);
}
/// On one address, a Unix socket too.
template <class Factory>
  requires detail::protocol_factory<Factory, stream_protocol>
coro<server> create_server(Factory&& factory, socket_address address, server_options options = {}) {
  std::vector<socket_address> addresses(1, address);
  return detail::create_server(detail::protocol_maker(std::forward<Factory>(factory)),
                               std::move(addresses), options);
}
/// On a Unix socket; its file is treated as by start_unix_server().
template <class Factory>
  requires detail::protocol_factory<Factory, stream_protocol>
coro<server> create_unix_server(Factory&& factory, std::string path, server_options options = {}) {
  return create_server(std::forward<Factory>(factory), socket_address::unix_path(path), options);
}
/// On a socket that listens already. Does not wait.
template <class Factory>
  requires detail::protocol_factory<Factory, stream_protocol>
server create_server_on(Factory&& factory, socket listening, server_options options = {}) {
  return detail::create_server_on(detail::protocol_maker(std::forward<Factory>(factory)),
                                  std::move(listening), options);
}
// [/create_server]

}  // namespace rill
