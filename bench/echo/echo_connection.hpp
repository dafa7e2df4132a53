// SPDX-License-Identifier: BSL-1.0
// One connection of the echo servers on rill's sockets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/core/coro.hpp"
#include "rill/net/socket.hpp"
#include "support/echo_service.h"

/// The buffer of a connection: what the command line says, or 4 KiB.
inline std::size_t echo_buffer_size(const echo_options& options) {
  return options.buffer != 0 ? options.buffer : 4 * 1024;
}

inline rill::coro<> echo_connection(rill::socket client, std::size_t size,
                                    std::uint64_t& messages) {
  std::vector<std::byte> buffer(size);
  try {
    while (true) {
      const std::size_t received = co_await client.recv(buffer);
      if (received == 0) break;
      const std::span<const std::byte> message(buffer.data(), received);
      const std::size_t sent = co_await client.send(message);
      if (sent < received) co_await client.send_all(message.subspan(sent));
      ++messages;
    }
  } catch (const std::system_error&) {
    // The load generator is gone.
  }
}
