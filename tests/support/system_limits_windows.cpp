// SPDX-License-Identifier: BSL-1.0
#include "support/system_limits.hpp"

#include <sys/socket.h>

#include "support/skip.hpp"

namespace rill_test {

namespace {

struct address : sockaddr_in {
  address() : sockaddr_in{} {
    sin_family = AF_INET;
    sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  }
  sockaddr* raw() { return reinterpret_cast<sockaddr*>(this); }
  int size = sizeof(sockaddr_in);
};

SOCKET bound(int type, address& where) {
  const SOCKET made = ::socket(AF_INET, type, 0);
  ::bind(made, where.raw(), where.size);
  ::getsockname(made, where.raw(), &where.size);
  return made;
}

constexpr DWORD for_the_network = 50;  // milliseconds

/// The error of a receive, or 0 where it ends without one.
int error_of_receive(SOCKET from) {
  char room[16];
  return ::recv(from, room, sizeof room, 0) < 0 ? ::WSAGetLastError() : 0;
}

int error_behind_a_reset() {
  address where;
  const SOCKET listener = bound(SOCK_STREAM, where);
  ::listen(listener, 1);
  const SOCKET client = ::socket(AF_INET, SOCK_STREAM, 0);
  ::connect(client, where.raw(), where.size);
  const SOCKET served = ::accept(listener, nullptr, nullptr);
  const linger at_once{1, 0};
  ::setsockopt(client, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&at_once),
               sizeof at_once);
  ::closesocket(client);
  ::Sleep(for_the_network);
  const int error = error_of_receive(served);
  ::closesocket(served);
  ::closesocket(listener);
  return error;
}

int error_behind_a_refusal() {
  address where;
  ::closesocket(bound(SOCK_DGRAM, where));
  const SOCKET sender = ::socket(AF_INET, SOCK_DGRAM, 0);
  ::connect(sender, where.raw(), where.size);
  ::send(sender, "1", 1, 0);
  ::Sleep(for_the_network);
  const SOCKET late = bound(SOCK_DGRAM, where);
  ::send(sender, "2", 1, 0);
  u_long on = 1;
  ::ioctlsocket(sender, static_cast<long>(FIONBIO), &on);
  ::Sleep(for_the_network);
  const int error = error_of_receive(sender);
  ::closesocket(late);
  ::closesocket(sender);
  return error;
}

}  // namespace

bool loses_resets() {
  static const bool lost = error_behind_a_reset() != WSAECONNRESET;
  if (lost) skip("here a connection that is reset ends as if it was closed");
  return lost;
}

bool loses_refusals() {
  static const bool lost = error_behind_a_refusal() == WSAEWOULDBLOCK;
  if (lost) skip("here a refused datagram is forgotten with the next send");
  return lost;
}

bool lacks_descriptors(std::size_t /*needed*/) { return false; }

}  // namespace rill_test
