// SPDX-License-Identifier: BSL-1.0
// <poll.h> of POSIX for Windows; the names of events are Winsock's.
#pragma once

#include <sys/socket.h>

typedef unsigned long nfds_t;

struct pollfd {
  int fd;
  short events;
  short revents;
};
