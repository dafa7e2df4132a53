// SPDX-License-Identifier: BSL-1.0
//
// A send that waits for its peer, who then reads: for a moment it can go on, and its thread has not
// heard of it. Wine goes on in that thread, Windows in its kernel. Nobody can hold that moment, but
// others that call make it longer, and the programs try again and again.
#pragma once

#include <string>

#include "plain_sockets.hpp"

namespace plain {

constexpr int most_attempts = 5'000;

/// Threads that call the system all the time, to the end of the program.
inline void begin_to_disturb() {
  constexpr int threads = 16;
  const HANDLE event = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
  const auto disturb = [](void* argument) -> DWORD {
    while (::SetEvent(argument) != FALSE) {
    }
    return 0;
  };
  for (int i = 0; i < threads; ++i) {
    ::CloseHandle(::CreateThread(nullptr, 0, disturb, event, 0, nullptr));
  }
}

inline std::string much(4 * 1024 * 1024, 's');

inline void set_nonblocking(SOCKET socket) {
  u_long on = 1;
  ::ioctlsocket(socket, static_cast<long>(FIONBIO), &on);
}

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
