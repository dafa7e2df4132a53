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
  return plain::verdict_on_reset(pair.right);
}
