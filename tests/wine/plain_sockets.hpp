// SPDX-License-Identifier: BSL-1.0
//
// For the programs that prove what Wine lacks: a few lines around Winsock, and nothing of rill.
#pragma once

#include <winsock2.h>
#include <ws2tcpip.h>

#include <cstdio>
#include <cstdlib>

namespace plain {

/// Ends the program with a code that says neither yes nor no.
[[noreturn]] inline void give_up(const char* call) {
  std::printf("%s: error %d\n", call, ::WSAGetLastError());
  std::exit(2);
}

struct winsock {
  winsock() {
    WSADATA unused;
    if (::WSAStartup(MAKEWORD(2, 2), &unused) != 0) give_up("WSAStartup");
  }
  winsock(const winsock&) = delete;
  winsock& operator=(const winsock&) = delete;
  ~winsock() { ::WSACleanup(); }
};

struct address : sockaddr_in {
  address() : sockaddr_in{} {
    sin_family = AF_INET;
    sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  }
  sockaddr* raw() { return reinterpret_cast<sockaddr*>(this); }
  int size = sizeof(sockaddr_in);
};

/// A socket of this type on a free port of the loopback interface, which `where` tells.
inline SOCKET bound(int type, address& where) {
  const SOCKET made = ::socket(AF_INET, type, 0);
  if (made == INVALID_SOCKET) give_up("socket");
  if (::bind(made, where.raw(), where.size) != 0) give_up("bind");
  if (::getsockname(made, where.raw(), &where.size) != 0) give_up("getsockname");
  return made;
}

inline void set_nonblocking(SOCKET socket) {
  u_long on = 1;
  ::ioctlsocket(socket, static_cast<long>(FIONBIO), &on);
}

struct listener {
  listener() {
    if (::listen(socket, 1) != 0) give_up("listen");
  }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;
  ~listener() { ::closesocket(socket); }

  address where;
  const SOCKET socket = bound(SOCK_STREAM, where);
};

struct stream_pair {
  stream_pair() : stream_pair(listener()) {}
  explicit stream_pair(const listener& through) {
    address where = through.where;
    left = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(left, where.raw(), where.size) != 0) give_up("connect");
    right = ::accept(through.socket, nullptr, nullptr);
    if (right == INVALID_SOCKET) give_up("accept");
  }

  SOCKET left;
  SOCKET right;
};

/// The error of a receive, or 0 where it ends without one; `bytes` tells what it moved.
inline int error_of_receive(SOCKET from, int& bytes) {
  char room[16];
  bytes = ::recv(from, room, sizeof room, 0);
  return bytes < 0 ? ::WSAGetLastError() : 0;
}

inline void let_it_arrive() { ::Sleep(100); }

/// Prints what was seen; the program's exit code: 0 if Wine still lacks it.
inline int verdict(bool lacked) {
  std::printf("%s\n", lacked ? "still lacking" : "no longer lacking: amend docs/design/iocp.md");
  return lacked ? 0 : 1;
}

/// The same of a connection that the peer has reset: Wine takes it for an end.
inline int verdict_on_reset(SOCKET from) {
  int bytes = 0;
  const int error = error_of_receive(from, bytes);
  std::printf("receive: %d bytes, error %d; Windows: error %d\n", bytes, error, WSAECONNRESET);
  return verdict(bytes == 0 && error == 0);
}

}  // namespace plain
