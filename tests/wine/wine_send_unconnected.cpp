// SPDX-License-Identifier: BSL-1.0
//
// An overlapped send on a stream socket that was never connected says so. Wine says that the
// connection was reset, as it does of each send that POSIX calls a broken pipe.
#include "plain_sockets.hpp"

int main() {
  const plain::winsock user;
  const SOCKET lonely = ::socket(AF_INET, SOCK_STREAM, 0);
  if (lonely == INVALID_SOCKET) plain::give_up("socket");
  char text[] = "nobody hears this";
  WSABUF buffer{sizeof text, text};
  OVERLAPPED record{};
  record.hEvent = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
  int error = 0;
  if (::WSASend(lonely, &buffer, 1, nullptr, 0, &record, nullptr) != 0) {
    error = ::WSAGetLastError();
  }
  if (error == WSA_IO_PENDING) {
    error = 0;
    DWORD moved = 0;
    DWORD flags = 0;
    if (::WSAGetOverlappedResult(lonely, &record, &moved, TRUE, &flags) == FALSE) {
      error = ::WSAGetLastError();
    }
  }
  std::printf("the send: error %d; Windows: error %d\n", error, WSAENOTCONN);
  return plain::verdict(error == WSAECONNRESET);
}
