// SPDX-License-Identifier: BSL-1.0
// Sockets of programs that know nothing of loops: their calls block. A source for each system.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cookbook {

/// Of the system, as an integer that holds it.
using socket_number = std::intptr_t;

/// A connection to a port of this machine. All throw std::system_error.
class blocking_connection {
 public:
  explicit blocking_connection(std::uint16_t port);
  blocking_connection(const blocking_connection&) = delete;
  blocking_connection& operator=(const blocking_connection&) = delete;
  ~blocking_connection();

  void send(std::string_view text) const;
  /// What has come; nothing at the end.
  std::string receive() const;

 private:
  socket_number number_;
};

/// A port of this machine where nobody listens, and that nobody else gets meanwhile.
class closed_port {
 public:
  closed_port();
  closed_port(const closed_port&) = delete;
  closed_port& operator=(const closed_port&) = delete;
  ~closed_port();
  std::uint16_t number() const noexcept { return port_; }

 private:
  socket_number number_;
  std::uint16_t port_ = 0;
};

}  // namespace cookbook
