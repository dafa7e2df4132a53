// SPDX-License-Identifier: BSL-1.0
// start_server(): from hosts to sockets that listen.
#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "net/socket_file.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/streams/server.hpp"
#include "streams/server_state.hpp"

namespace rill::detail {

namespace {

void add_unless_there(std::vector<socket_address>& all, const socket_address& address) {
  if (std::find(all.begin(), all.end(), address) == all.end()) all.push_back(address);
}

void set_options(socket& listener, const socket_address& address, const server_options& options) {
  if (!address.is_ip()) return;
  if (options.reuse_address) listener.set_reuse_address(true);
  if (options.reuse_port) listener.set_reuse_port(true);
  if (address.family() == address_family::ipv6) listener.set_only_ipv6(true);
  // Accepted connections inherit these two, which spares a system call for each of them.
  if (options.no_delay) listener.set_no_delay(true);
  if (options.keep_alive) listener.set_keep_alive(true);
}

/// A listening socket, or nothing if this machine does not have the address or its family.
socket listen_on(const socket_address& address, const server_options& options) {
  try {
    socket listener(address.family(), socket_type::stream);
    set_options(listener, address, options);
    if (options.cleanup_socket) remove_stale_socket(address);
    listener.bind(address);
    if (options.start_serving) listener.listen(options.backlog);
    return listener;
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::address_not_available &&
        error.code() != std::errc::address_family_not_supported) {
      throw;
    }
    return {};
  }
}

server serve_sockets(connection_service service, std::vector<socket> listening,
                     const server_options& options) {
  auto state = std::make_shared<server_state>(std::move(service), options);
  state->serve(std::move(listening));
  return server_access::wrap(std::move(state));
}

/// Those of the addresses that this machine has.
std::vector<socket> listen_on_all(const std::vector<socket_address>& addresses,
                                  const server_options& options) {
  std::vector<socket> listening;
  for (const socket_address& address : addresses) {
    socket listener = listen_on(address, options);
    if (listener) listening.push_back(std::move(listener));
  }
  if (listening.empty()) {
    if (addresses.empty()) throw_invalid_argument("rill: a server needs a host to listen on");
    std::string text = "rill: a server can listen on none of its addresses:";
    for (const socket_address& address : addresses) text += " " + address.to_string();
    throw std::system_error(std::make_error_code(std::errc::address_not_available), text);
  }
  return listening;
}

/// The same on one port, which is free on all of them.
std::vector<socket> listen_on_free_port(std::vector<socket_address> addresses,
                                        const server_options& options) {
  constexpr int most_tries = 20;
  for (int tries = 1;; ++tries) {
    // The first that the machine has tells a port; it listens, so that nobody else gets that.
    std::vector<socket> listening;
    auto rest = addresses.begin();
    while (listening.empty() && rest != addresses.end()) {
      socket listener = listen_on(*rest++, options);
      if (listener) listening.push_back(std::move(listener));
    }
    if (listening.empty()) return listen_on_all(addresses, options);  // throws
    const std::uint16_t port = listening.front().local_address().port();
    try {
      for (; rest != addresses.end(); ++rest) {
        rest->set_port(port);
        socket listener = listen_on(*rest, options);
        if (listener) listening.push_back(std::move(listener));
      }
      return listening;
    } catch (const std::system_error& error) {
      // Another program has this port on one of the others.
      if (error.code() != std::errc::address_in_use || tries == most_tries) throw;
    }
  }
}

coro<std::vector<socket>> listen_on_hosts(std::vector<std::string> hosts, std::uint16_t port,
                                          server_options options) {
  std::vector<socket_address> addresses;
  for (const std::string& host : hosts) {
    if (host.empty()) {
      if (options.family != address_family::ipv6) {
        add_unless_there(addresses, socket_address(ipv4_address::any(), port));
      }
      if (options.family != address_family::ipv4) {
        add_unless_there(addresses, socket_address(ipv6_address::any(), port));
      }
      continue;
    }
    const resolve_options wanted{options.family, options.names};
    const std::vector<socket_address> resolved = co_await resolve(host, port, wanted);
    for (const socket_address& address : resolved) add_unless_there(addresses, address);
  }
  std::vector<socket> listening = port == 0 ? listen_on_free_port(std::move(addresses), options)
                                            : listen_on_all(addresses, options);
  co_return std::move(listening);
}

server serve_one(connection_service service, socket listening, const server_options& options) {
  if (!listening) throw_usage("rill: a server needs an open socket that listens");
  std::vector<socket> one;
  one.push_back(std::move(listening));
  return serve_sockets(std::move(service), std::move(one), options);
}

connection_service served_by(connection_handler handler) {
  connection_service service;
  service.handler = std::move(handler);
  return service;
}

connection_service served_by(protocol_maker maker) {
  connection_service service;
  service.maker = std::move(maker);
  return service;
}

}  // namespace

coro<server> start_server(connection_handler handler, std::vector<std::string> hosts,
                          std::uint16_t port, server_options options) {
  std::vector<socket> listening = co_await listen_on_hosts(std::move(hosts), port, options);
  co_return serve_sockets(served_by(std::move(handler)), std::move(listening), options);
}

coro<server> start_server(connection_handler handler, std::vector<socket_address> addresses,
                          server_options options) {
  co_return serve_sockets(served_by(std::move(handler)), listen_on_all(addresses, options),
                          options);
}

server serve_socket(connection_handler handler, socket listening, server_options options) {
  return serve_one(served_by(std::move(handler)), std::move(listening), options);
}

coro<server> create_server(protocol_maker maker, std::vector<std::string> hosts, std::uint16_t port,
                           server_options options) {
  std::vector<socket> listening = co_await listen_on_hosts(std::move(hosts), port, options);
  co_return serve_sockets(served_by(std::move(maker)), std::move(listening), options);
}

coro<server> create_server(protocol_maker maker, std::vector<socket_address> addresses,
                           server_options options) {
  co_return serve_sockets(served_by(std::move(maker)), listen_on_all(addresses, options), options);
}

server create_server_on(protocol_maker maker, socket listening, server_options options) {
  return serve_one(served_by(std::move(maker)), std::move(listening), options);
}

}  // namespace rill::detail
