// SPDX-License-Identifier: BSL-1.0
//
// A datagram to a port that nobody has is refused, and the next receive tells. Wine forgets that
// when another datagram is sent in between.
#include "plain_sockets.hpp"

int main() {
  const plain::winsock user;
  plain::address where;
  ::closesocket(plain::bound(SOCK_DGRAM, where));
  const SOCKET sender = ::socket(AF_INET, SOCK_DGRAM, 0);
  if (::connect(sender, where.raw(), where.size) != 0) plain::give_up("connect");
  ::send(sender, "1", 1, 0);
  plain::let_it_arrive();
  // From here on there is somebody.
  plain::address same = where;
  const SOCKET late = ::socket(AF_INET, SOCK_DGRAM, 0);
  if (::bind(late, same.raw(), same.size) != 0) plain::give_up("bind");
  ::send(sender, "2", 1, 0);
  plain::let_it_arrive();
  plain::set_nonblocking(sender);
  int bytes = 0;
  const int error = plain::error_of_receive(sender, bytes);
  std::printf("the sender's receive: %d bytes, error %d; Windows: error %d\n", bytes, error,
              WSAECONNRESET);
  return plain::verdict(error == WSAEWOULDBLOCK);
}
