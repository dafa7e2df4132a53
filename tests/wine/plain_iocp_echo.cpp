// SPDX-License-Identifier: BSL-1.0
//
// The floor of echo servers on Windows: a completion port and nothing else, one thread. Prints the
// port that it listens on. With "skip", calls that end at once send no packet, as rill has it.
#include <mswsock.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr DWORD address_room = sizeof(sockaddr_storage) + 16;

struct connection {
  OVERLAPPED overlapped;  // first: a packet names its address
  SOCKET socket;
  DWORD size;  // of what is to be sent; 0: it receives
  DWORD sent;
  char data[16 * 1024];
};

struct acceptance {
  OVERLAPPED overlapped;
  SOCKET socket;
  char addresses[2 * address_room];
};

HANDLE port;
SOCKET listener;
LPFN_ACCEPTEX accept_ex;
acceptance next;
bool skips;

void die(const char* call) {
  std::printf("%s: error %d\n", call, ::WSAGetLastError());
  std::exit(1);
}

/// Begins what comes next. True if it has ended already, without a packet.
bool begin(connection& its) {
  its.overlapped = {};
  DWORD flags = 0;
  WSABUF buffer{its.size == 0 ? static_cast<ULONG>(sizeof its.data) : its.size - its.sent,
                its.data + its.sent};
  const int done =
      its.size == 0 ? ::WSARecv(its.socket, &buffer, 1, nullptr, &flags, &its.overlapped, nullptr)
                    : ::WSASend(its.socket, &buffer, 1, nullptr, 0, &its.overlapped, nullptr);
  if (done == 0) return skips;
  if (::WSAGetLastError() == WSA_IO_PENDING) return false;
  its.overlapped.InternalHigh = 0;  // as if the peer had closed
  its.size = 0;
  return true;
}

/// After an end: false if the connection has gone.
bool proceed(connection& its) {
  const DWORD moved = static_cast<DWORD>(its.overlapped.InternalHigh);
  if (moved == 0 || its.overlapped.Internal != 0) {
    ::closesocket(its.socket);
    delete &its;
    return false;
  }
  if (its.size == 0) {
    its.size = moved;
    its.sent = 0;
  } else if ((its.sent += moved) == its.size) {
    its.size = its.sent = 0;
  }
  return true;
}

void run(connection& its) {
  while (begin(its) && proceed(its)) {
  }
}

void accept_next() {
  next.overlapped = {};
  next.socket = ::WSASocketW(AF_INET, SOCK_STREAM, 0, nullptr, 0, WSA_FLAG_OVERLAPPED);
  DWORD unused = 0;
  if (!accept_ex(listener, next.socket, next.addresses, 0, address_room, address_room, &unused,
                 &next.overlapped) &&
      ::WSAGetLastError() != WSA_IO_PENDING) {
    die("AcceptEx");
  }
}

void take_accepted() {
  auto* const its = new connection{};
  its->socket = next.socket;
  ::CreateIoCompletionPort(reinterpret_cast<HANDLE>(its->socket), port, 0, 0);
  if (skips) {
    ::SetFileCompletionNotificationModes(reinterpret_cast<HANDLE>(its->socket),
                                         FILE_SKIP_COMPLETION_PORT_ON_SUCCESS);
  }
  accept_next();
  run(*its);
}

void listen_somewhere() {
  listener = ::WSASocketW(AF_INET, SOCK_STREAM, 0, nullptr, 0, WSA_FLAG_OVERLAPPED);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  int size = sizeof where;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&where), size) != 0) die("bind");
  if (::listen(listener, SOMAXCONN) != 0) die("listen");
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size);
  GUID id = WSAID_ACCEPTEX;
  DWORD unused = 0;
  ::WSAIoctl(listener, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &accept_ex,
             sizeof accept_ex, &unused, nullptr, nullptr);
  if (accept_ex == nullptr) die("WSAIoctl");
  port = ::CreateIoCompletionPort(reinterpret_cast<HANDLE>(listener), nullptr, 0, 1);
  std::printf("listening on 127.0.0.1:%d\n", ::ntohs(where.sin_port));
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments) {
  skips = count > 1 && std::strcmp(arguments[1], "skip") == 0;
  WSADATA unused;
  ::WSAStartup(MAKEWORD(2, 2), &unused);
  listen_somewhere();
  accept_next();
  while (true) {
    OVERLAPPED_ENTRY reports[128];
    ULONG some = 0;
    if (!::GetQueuedCompletionStatusEx(port, reports, 128, &some, INFINITE, FALSE)) continue;
    for (ULONG i = 0; i < some; ++i) {
      if (reports[i].lpOverlapped == &next.overlapped) {
        take_accepted();
        continue;
      }
      auto& its = *reinterpret_cast<connection*>(reports[i].lpOverlapped);
      if (proceed(its)) run(its);
    }
  }
}
