// SPDX-License-Identifier: BSL-1.0
//
// A socket is closed while a send on it waits, another socket gets its number, and the peer reads.
// Windows gave the send up when the socket was closed; under Wine it goes on, and its bytes to the
// socket that has the number now.
#include "waiting_send.hpp"

int main() {
  const plain::winsock user;
  plain::waiting_send send;
  const plain::listener listener;
  const SOCKET number = send.left;
  ::closesocket(send.left);
  send.left = INVALID_SOCKET;
  const plain::stream_pair another(listener);
  if (another.left != number && another.right != number) {
    std::printf("nobody got the number %llu\n", static_cast<unsigned long long>(number));
    return 2;
  }
  const SOCKET peer = another.left == number ? another.right : another.left;
  plain::set_nonblocking(peer);
  int bytes = 0;
  int error = 0;
  for (int i = 0; i < 20 && bytes <= 0; ++i) {
    send.read_all();
    plain::let_it_arrive();
    error = plain::error_of_receive(peer, bytes);
  }
  std::printf("who is connected to the new one: receives %d bytes, error %d\n", bytes, error);
  return plain::verdict(bytes > 0);
}
