// SPDX-License-Identifier: BSL-1.0
#include "net/datagram_socket.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#include "base/system_calls.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"

namespace rill::detail {

namespace {

bool given(const socket_address& address) noexcept {
  return address.family() != address_family::none;
}

address_family family_of(const datagram_options& options) {
  address_family family = options.family;
  for (const socket_address* const address : {&options.local, &options.remote}) {
    if (!given(*address)) continue;
    if (family != address_family::none && family != address->family()) {
      throw_invalid_argument("rill: the addresses of a datagram endpoint must be of one family");
    }
    family = address->family();
  }
  if (family == address_family::none) {
    throw_invalid_argument("rill: a datagram endpoint needs an address, or at least a family");
  }
  return family;
}

/// The peer, if it is connected: a Unix socket may have one without a name.
std::optional<socket_address> peer_of(const socket& opened) {
  try {
    return opened.peer_address();
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::not_connected) throw;
    return std::nullopt;
  }
}

}  // namespace

datagram_socket::datagram_socket(socket opened) : handle(std::move(opened)) {
  if (!handle) throw_usage("rill: a datagram endpoint needs an open socket");
  int type = 0;
  socklen_t size = sizeof type;
  const int number = static_cast<int>(handle.native());
  if (system_calls().getsockopt(number, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
    throw_system_error(errno, "rill: type of a socket");
  }
  if (type != SOCK_DGRAM) {
    throw_invalid_argument("rill: a datagram endpoint needs a socket of type datagram");
  }
  if (const std::optional<socket_address> peer = peer_of(handle)) {
    remote = *peer;
    connected = true;
  }
}

const socket_address& datagram_socket::checked_target(const socket_address& target) const {
  static const socket_address none;
  if (!connected && !given(remote)) {
    if (!given(target)) {
      throw_invalid_argument("rill: this endpoint has no remote address; say where to send");
    }
    return target;
  }
  if (given(target) && target != remote) {
    throw_invalid_argument("rill: this endpoint sends to " + remote.to_string() + " only, not to " +
                           target.to_string());
  }
  return connected ? none : remote;
}

coro<datagram_socket> open_datagram_socket(datagram_options options) {
  socket made(family_of(options), socket_type::datagram);
  if (options.reuse_port) made.set_reuse_port(true);
  if (options.allow_broadcast) made.set_broadcast(true);
  if (given(options.local)) {
    if (options.cleanup_socket) remove_stale_socket(options.local);
    made.bind(options.local);
  }
  std::optional<socket_file> file;
  if (options.cleanup_socket && given(options.local)) file.emplace(options.local);
  if (given(options.remote) && !options.allow_broadcast) co_await made.connect(options.remote);
  datagram_socket opened(std::move(made));
  opened.remote = options.remote;
  if (file) opened.file.emplace(std::move(*file));
  co_return std::move(opened);
}

bool tells_of_earlier_datagram(int code) noexcept {
  switch (code) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENOPROTOOPT:
    case EPROTO:
      return true;
    default:
      return false;
  }
}

}  // namespace rill::detail
