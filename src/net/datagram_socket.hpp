// SPDX-License-Identifier: BSL-1.0
// A datagram socket as both styles of endpoint have it.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "net/socket_file.hpp"
#include "rill/core/coro.hpp"
#include "rill/net/datagram_endpoint.hpp"
#include "rill/net/socket.hpp"

namespace rill::detail {

/// Owned by an endpoint.
class datagram_socket {
 public:
  /// Takes a socket over as it is. Throws std::invalid_argument for one that is no datagram socket.
  explicit datagram_socket(socket opened);

  /// Closes it, and removes its file.
  void close() noexcept {
    file.reset();
    handle.close();
  }
  /// The address for the system's call; family none: none is needed. Throws std::invalid_argument
  /// if `target` is missing, or not the only one.
  const socket_address& checked_target(const socket_address& target) const;

  socket handle;
  std::optional<socket_file> file;
  socket_address remote;   // where datagrams go unless told otherwise
  bool connected = false;  // to `remote`, which may be of a family without addresses
};

/// Binds and connects as the options say.
coro<datagram_socket> open_datagram_socket(datagram_options options);

/// Whether the system, when it is to send on a connected socket, may mean an earlier datagram by
/// this code. The present one was not sent then, and may be sent again.
bool tells_of_earlier_datagram(int code) noexcept;

}  // namespace rill::detail
