// SPDX-License-Identifier: BSL-1.0
//
// A socket that is closed with bytes unread resets its connection. Under Wine the peer sees an end
// in order.
#include "plain_sockets.hpp"

int main() {
  const plain::winsock user;
  const plain::stream_pair pair;
  if (::send(pair.right, "unread", 6, 0) != 6) plain::give_up("send");
  plain::let_it_arrive();
  ::closesocket(pair.left);
  plain::let_it_arrive();
  int bytes = 0;
  const int error = plain::error_of_receive(pair.right, bytes);
  std::printf("the peer's receive: %d bytes, error %d; Windows: error %d\n", bytes, error,
              WSAECONNRESET);
  return plain::verdict(bytes == 0 && error == 0);
}
