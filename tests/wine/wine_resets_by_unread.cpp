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
  return plain::verdict_on_reset(pair.right);
}
