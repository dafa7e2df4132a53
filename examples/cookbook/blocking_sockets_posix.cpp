// SPDX-License-Identifier: BSL-1.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "cookbook/blocking_sockets.hpp"

namespace cookbook {

namespace {

ssize_t checked(ssize_t result) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), "a blocking socket");
  return result;
}

sockaddr_in local_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int handle_of(socket_number number) { return static_cast<int>(number); }

}  // namespace

blocking_connection::blocking_connection(std::uint16_t port)
    : number_(checked(::socket(AF_INET, SOCK_STREAM, 0))) {
  const sockaddr_in address = local_address(port);
  const auto* const raw = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(handle_of(number_), raw, sizeof address) == 0) return;
  const int error = errno;
  ::close(handle_of(number_));
  throw std::system_error(error, std::generic_category(), "connecting");
}

blocking_connection::~blocking_connection() { ::close(handle_of(number_)); }

void blocking_connection::send(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t sent =
        checked(::send(handle_of(number_), text.data(), text.size(), MSG_NOSIGNAL));
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string blocking_connection::receive() const {
  char part[1024];
  const ssize_t count = checked(::recv(handle_of(number_), part, sizeof part, 0));
  return {part, static_cast<std::size_t>(count)};
}

closed_port::closed_port() : number_(checked(::socket(AF_INET, SOCK_STREAM, 0))) {
  sockaddr_in address = local_address(0);
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  ::bind(handle_of(number_), raw, size);
  ::getsockname(handle_of(number_), raw, &size);
  port_ = ntohs(address.sin_port);
}

closed_port::~closed_port() { ::close(handle_of(number_)); }

}  // namespace cookbook
