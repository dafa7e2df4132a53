// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/connection.hpp"

#include <utility>

#include "streams/stream_core.hpp"

namespace rill {

connection::connection(detail::state_ref<detail::stream_core> core) noexcept
    : reader(detail::stream_access::reader(core)),
      writer(detail::stream_access::writer(std::move(core))) {}

connection::connection(socket connected, std::size_t limit)
    : connection(detail::stream_core::create(std::move(connected), limit)) {}

connection detail::stream_access::both(state_ref<stream_core> core) noexcept {
  return connection(std::move(core));
}

namespace {

connection wrap(socket connected, std::size_t limit) {
  if (connected.peer_address().is_ip()) connected.set_no_delay(true);
  return connection(std::move(connected), limit);
}

}  // namespace

coro<connection> open_connection(std::string host, std::uint16_t port, connection_options options) {
  socket connected = co_await connect_tcp(std::move(host), port, options.connect);
  co_return wrap(std::move(connected), options.limit);
}

coro<connection> open_unix_connection(std::string path, connection_options options) {
  return open_connection(socket_address::unix_path(path), options);
}

coro<connection> open_connection(socket_address address, connection_options options) {
  socket connected = co_await connect_tcp(address, options.connect);
  co_return wrap(std::move(connected), options.limit);
}

}  // namespace rill
