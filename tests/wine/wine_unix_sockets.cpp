// SPDX-License-Identifier: BSL-1.0
//
// Windows has Unix stream sockets since 1803. Wine has none.
#include "plain_sockets.hpp"

int main() {
  const plain::winsock user;
  const SOCKET made = ::socket(AF_UNIX, SOCK_STREAM, 0);
  const int error = made == INVALID_SOCKET ? ::WSAGetLastError() : 0;
  std::printf("socket(AF_UNIX, SOCK_STREAM, 0): error %d; Windows: none\n", error);
  return plain::verdict(error == WSAEAFNOSUPPORT || error == WSAEPROTONOSUPPORT ||
                        error == WSAESOCKTNOSUPPORT);
}
