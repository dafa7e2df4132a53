// SPDX-License-Identifier: BSL-1.0
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <climits>

#include "base/system_calls.hpp"
#include "rill/base/error.hpp"
#include "rill/net/socket.hpp"

namespace rill {

using detail::system_calls;

namespace {

int clamped(std::size_t bytes) noexcept {
  return bytes > INT_MAX ? INT_MAX : static_cast<int>(bytes);
}

}  // namespace

void socket::set_option(int level, int name, int value, const char* what) {
  const int handle = static_cast<int>(checked());
  if (system_calls().setsockopt(handle, level, name, &value, sizeof value) != 0) {
    detail::throw_system_error(errno, what);
  }
}

int socket::option(int level, int name, const char* what) const {
  int value = 0;
  socklen_t size = sizeof value;
  if (system_calls().getsockopt(static_cast<int>(checked()), level, name, &value, &size) != 0) {
    detail::throw_system_error(errno, what);
  }
  return value;
}

void socket::set_no_delay(bool enabled) {
  set_option(IPPROTO_TCP, TCP_NODELAY, enabled ? 1 : 0, "rill: set_no_delay");
}
void socket::set_reuse_address(bool enabled) {
  set_option(SOL_SOCKET, SO_REUSEADDR, enabled ? 1 : 0, "rill: set_reuse_address");
}
void socket::set_reuse_port(bool enabled) {
  set_option(SOL_SOCKET, SO_REUSEPORT, enabled ? 1 : 0, "rill: set_reuse_port");
}
void socket::set_keep_alive(bool enabled) {
  set_option(SOL_SOCKET, SO_KEEPALIVE, enabled ? 1 : 0, "rill: set_keep_alive");
}
void socket::set_only_ipv6(bool enabled) {
  set_option(IPPROTO_IPV6, IPV6_V6ONLY, enabled ? 1 : 0, "rill: set_only_ipv6");
}
void socket::set_receive_buffer(std::size_t bytes) {
  set_option(SOL_SOCKET, SO_RCVBUF, clamped(bytes), "rill: set_receive_buffer");
}
void socket::set_send_buffer(std::size_t bytes) {
  set_option(SOL_SOCKET, SO_SNDBUF, clamped(bytes), "rill: set_send_buffer");
}

std::size_t socket::receive_buffer() const {
  return static_cast<std::size_t>(option(SOL_SOCKET, SO_RCVBUF, "rill: receive_buffer"));
}
std::size_t socket::send_buffer() const {
  return static_cast<std::size_t>(option(SOL_SOCKET, SO_SNDBUF, "rill: send_buffer"));
}
void socket::set_broadcast(bool enabled) {
  set_option(SOL_SOCKET, SO_BROADCAST, enabled ? 1 : 0, "rill: set_broadcast");
}

void socket::set_reset_on_close() {
  const linger none{1, 0};
  const int handle = static_cast<int>(checked());
  if (system_calls().setsockopt(handle, SOL_SOCKET, SO_LINGER, &none, sizeof none) != 0) {
    detail::throw_system_error(errno, "rill: set_reset_on_close");
  }
}

}  // namespace rill
