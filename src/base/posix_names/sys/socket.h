// SPDX-License-Identifier: BSL-1.0
// <sys/socket.h> of POSIX for Windows: what Winsock has, and the names that it lacks.
#pragma once

#include <errno.h>
#include <sys/types.h>
#include <sys/uio.h>
// Winsock's has a handle of its own size.
#define pollfd winsock_pollfd
#include <winsock2.h>
#undef pollfd
// Winsock's is signed.
#define socklen_t winsock_socklen_t
#include <ws2tcpip.h>
#undef socklen_t

typedef unsigned int socklen_t;
typedef unsigned short sa_family_t;

struct msghdr {
  void* msg_name;
  socklen_t msg_namelen;
  iovec* msg_iov;
  size_t msg_iovlen;
  int msg_flags;
};

#define SHUT_RD SD_RECEIVE
#define SHUT_WR SD_SEND
#define SHUT_RDWR SD_BOTH

// Bits of the type that socket() and socketpair() of the table take.
#define SOCK_NONBLOCK 0x10000000
#define SOCK_CLOEXEC 0x20000000

#define MSG_DONTWAIT 0
#define MSG_NOSIGNAL 0

// Options that the table answers or refuses by itself; numbers that Winsock does not use.
#define SO_DOMAIN 0x7f000001
#define SO_REUSEPORT 0x7f000002

#define EHOSTDOWN 164
#define ENONET 165
