// SPDX-License-Identifier: BSL-1.0
//
// A send that waits for its peer, who then reads: Windows goes on in its kernel, Wine in the thread
// that has begun it.
#pragma once

#include <string>

#include "plain_sockets.hpp"

namespace plain {

inline std::string much(4 * 1024 * 1024, 's');

/// A connection on which a send of more than it takes waits.
struct waiting_send : stream_pair {
  waiting_send() {
    set_nonblocking(right);
    const int little = 64 * 1024;
    for (const SOCKET end : {left, right}) {
      const auto* const value = reinterpret_cast<const char*>(&little);
      ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, value, sizeof little);
      ::setsockopt(end, SOL_SOCKET, SO_RCVBUF, value, sizeof little);
    }
    record.hEvent = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
    WSABUF piece = {static_cast<ULONG>(much.size()), much.data()};
    if (::WSASend(left, &piece, 1, nullptr, 0, &record, nullptr) == 0 ||
        ::WSAGetLastError() != WSA_IO_PENDING) {
      give_up("a send that waits");
    }
  }
  waiting_send(const waiting_send&) = delete;
  waiting_send& operator=(const waiting_send&) = delete;
  ~waiting_send() {
    ::closesocket(right);
    if (left != INVALID_SOCKET) ::closesocket(left);
    ::CloseHandle(record.hEvent);
  }

  void read_all() const {
    static char room[1024 * 1024];
    ::recv(right, room, sizeof room, 0);
  }
  /// Whether the send was there to be given up. It has ended then.
  bool cancel() {
    if (::CancelIoEx(reinterpret_cast<HANDLE>(left), &record) == FALSE) return false;
    return ::WaitForSingleObject(record.hEvent, INFINITE) == WAIT_OBJECT_0;
  }
  bool has_ended() const { return ::WaitForSingleObject(record.hEvent, 0) == WAIT_OBJECT_0; }

  OVERLAPPED record{};
};

}  // namespace plain
