// SPDX-License-Identifier: BSL-1.0
// <netdb.h> of POSIX for Windows. No lookup there ends with an error that stands elsewhere.
#pragma once

#include <sys/socket.h>

#define EAI_SYSTEM (-11)

inline int getnameinfo(const sockaddr* address, socklen_t size, char* host, size_t host_size,
                       char* service, size_t service_size, int flags) {
  return getnameinfo(address, static_cast<int>(size), host, static_cast<DWORD>(host_size), service,
                     static_cast<DWORD>(service_size), flags);
}
