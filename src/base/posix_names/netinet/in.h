// SPDX-License-Identifier: BSL-1.0
// <netinet/in.h> of POSIX for Windows.
#pragma once

#include <sys/socket.h>

// Linux's form of a request about a group; the table's setsockopt() gives Winsock its own.
struct ip_mreqn {
  in_addr imr_multiaddr;
  in_addr imr_address;
  int imr_ifindex;
};
