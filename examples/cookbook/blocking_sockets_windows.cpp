// SPDX-License-Identifier: BSL-1.0
#include <winsock2.h>

#include <system_error>

#include "cookbook/blocking_sockets.hpp"

namespace cookbook {

namespace {

[[noreturn]] void fail() {
  const int code = ::WSAGetLastError();
  // The one that recipes tell from others.
  if (code == WSAECONNREFUSED) {
    throw std::system_error(std::make_error_code(std::errc::connection_refused), "connecting");
  }
  throw std::system_error(code, std::system_category(), "a blocking socket");
}

SOCKET handle_of(socket_number number) { return static_cast<SOCKET>(number); }

/// A loop may not have been there yet.
struct winsock_user {
  winsock_user() {
    WSADATA unused;
    ::WSAStartup(MAKEWORD(2, 2), &unused);
  }
};

socket_number make() {
  static const winsock_user started;
  const SOCKET made = ::socket(AF_INET, SOCK_STREAM, 0);
  if (made == INVALID_SOCKET) fail();
  return static_cast<socket_number>(made);
}

sockaddr_in local_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = ::htons(port);
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

blocking_connection::blocking_connection(std::uint16_t port) : number_(make()) {
  const sockaddr_in address = local_address(port);
  const auto* const raw = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(handle_of(number_), raw, sizeof address) == 0) return;
  const int code = ::WSAGetLastError();
  ::closesocket(handle_of(number_));
  ::WSASetLastError(code);
  fail();
}

blocking_connection::~blocking_connection() { ::closesocket(handle_of(number_)); }

void blocking_connection::send(std::string_view text) const {
  while (!text.empty()) {
    const int sent = ::send(handle_of(number_), text.data(), static_cast<int>(text.size()), 0);
    if (sent == SOCKET_ERROR) fail();
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string blocking_connection::receive() const {
  char part[1024];
  const int count = ::recv(handle_of(number_), part, sizeof part, 0);
  if (count == SOCKET_ERROR) fail();
  return {part, static_cast<std::size_t>(count)};
}

closed_port::closed_port() : number_(make()) {
  sockaddr_in address = local_address(0);
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  int size = sizeof address;
  ::bind(handle_of(number_), raw, size);
  ::getsockname(handle_of(number_), raw, &size);
  port_ = ::ntohs(address.sin_port);
}

closed_port::~closed_port() { ::closesocket(handle_of(number_)); }

}  // namespace cookbook
