// SPDX-License-Identifier: BSL-1.0
//
// A socket that is closed with a linger time of 0 resets its connection. Wine closes it in order.
#include "plain_sockets.hpp"

int main() {
  const plain::winsock user;
  const plain::stream_pair pair;
  const linger at_once{1, 0};
  if (::setsockopt(pair.left, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&at_once),
                   sizeof at_once) != 0) {
    plain::give_up("setsockopt");
  }
  ::closesocket(pair.left);
  plain::let_it_arrive();
  int bytes = 0;
  const int error = plain::error_of_receive(pair.right, bytes);
  std::printf("the peer's receive: %d bytes, error %d; Windows: error %d\n", bytes, error,
              WSAECONNRESET);
  return plain::verdict(bytes == 0 && error == 0);
}
