// SPDX-License-Identifier: BSL-1.0
#include "support/system_limits.hpp"

#include <sys/socket.h>

#include <utility>

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

struct connection {
  connection() {
    const SOCKET listener = bound(SOCK_STREAM, where);
    ::listen(listener, 1);
    ::connect(client, where.raw(), where.size);
    served = ::accept(listener, nullptr, nullptr);
    ::closesocket(listener);
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection() {
    if (client != INVALID_SOCKET) ::closesocket(client);
    ::closesocket(served);
  }

  address where;  // of the side that was connected to
  SOCKET client = ::socket(AF_INET, SOCK_STREAM, 0);
  SOCKET served = INVALID_SOCKET;
};

int error_behind_a_reset() {
  connection pair;
  const linger at_once{1, 0};
  ::setsockopt(pair.client, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&at_once),
               sizeof at_once);
  ::closesocket(std::exchange(pair.client, INVALID_SOCKET));
  ::Sleep(for_the_network);
  return error_of_receive(pair.served);
}

bool waits_after_its_shutdown() {
  const connection pair;
  char room[16];
  WSABUF buffer{sizeof room, room};
  WSAOVERLAPPED receive{};
  DWORD flags = 0;
  ::WSARecv(pair.client, &buffer, 1, nullptr, &flags, &receive, nullptr);
  ::shutdown(pair.client, SD_RECEIVE);
  ::Sleep(for_the_network);
  DWORD count = 0;
  const bool waits =
      ::WSAGetOverlappedResult(pair.client, &receive, &count, FALSE, &flags) == FALSE &&
      ::WSAGetLastError() == WSA_IO_INCOMPLETE;
  if (waits) {
    ::CancelIoEx(reinterpret_cast<HANDLE>(pair.client), &receive);
    ::WSAGetOverlappedResult(pair.client, &receive, &count, TRUE, &flags);
  }
  return waits;
}

bool binds_where_a_connection_dies() {
  address where;
  {
    connection pair;
    where = pair.where;
    ::shutdown(pair.served, SD_SEND);  // who ends first keeps the port for minutes
  }
  ::Sleep(for_the_network);
  const SOCKET late = ::socket(AF_INET, SOCK_STREAM, 0);
  const bool taken = ::bind(late, where.raw(), where.size) == 0;
  ::closesocket(late);
  return taken;
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

bool leaves_receives_waiting() {
  static const bool left = waits_after_its_shutdown();
  if (left) skip("here a receive that waits is left so when its half is shut down");
  return left;
}

bool shares_dying_addresses() {
  static const bool shared = binds_where_a_connection_dies();
  return shared;
}

bool lacks_descriptors(std::size_t /*needed*/) { return false; }

}  // namespace rill_test
