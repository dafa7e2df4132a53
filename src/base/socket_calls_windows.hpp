// SPDX-License-Identifier: BSL-1.0
// The calls of the table about sockets, on Winsock: arguments of POSIX, errors in errno.
#pragma once

#include <sys/socket.h>

namespace rill::detail::windows {

/// Handles of the system have 32 bits that count, and so fit the table's int.
inline SOCKET socket_of(int handle) noexcept { return static_cast<SOCKET>(handle); }

/// Sets errno from what Winsock said; -1.
int socket_failure() noexcept;
bool is_socket(int handle) noexcept;

int socket(int domain, int type, int protocol);
/// Two sockets that are connected over the loopback interface, whatever the domain.
int socketpair(int domain, int type, int protocol, int handles[2]);
int bind(int handle, const sockaddr* address, socklen_t size);
int listen(int handle, int backlog);
int connect(int handle, const sockaddr* address, socklen_t size);
int shutdown(int handle, int how);
int getsockopt(int handle, int level, int name, void* value, socklen_t* size);
int setsockopt(int handle, int level, int name, const void* value, socklen_t size);
int getsockname(int handle, sockaddr* address, socklen_t* size);
int getpeername(int handle, sockaddr* address, socklen_t* size);
unsigned if_nametoindex(const char* name);
ssize_t recv(int handle, void* data, size_t size, int flags);
ssize_t send(int handle, const void* data, size_t size, int flags);
ssize_t recvfrom(int handle, void* data, size_t size, int flags, sockaddr* address,
                 socklen_t* address_size);
ssize_t sendto(int handle, const void* data, size_t size, int flags, const sockaddr* address,
               socklen_t address_size);
int set_non_blocking(int handle) noexcept;

}  // namespace rill::detail::windows
