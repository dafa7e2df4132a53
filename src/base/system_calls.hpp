// SPDX-License-Identifier: BSL-1.0
//
// The system calls of the library, as one table that tests can replace, to produce interrupted
// calls, short writes and exhaustion. Sources under src/ that do I/O call the system through it.
#pragma once

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

struct epoll_event;
struct stat;

namespace rill::detail {

/// Each field is the function of the same name: same arguments, same result, errors in errno.
/// Fields that a platform has no such function for are null.
struct system_call_table {
  int (*socket)(int domain, int type, int protocol);
  int (*socketpair)(int domain, int type, int protocol, int handles[2]);
  int (*bind)(int handle, const sockaddr* address, socklen_t size);
  int (*listen)(int handle, int backlog);
  int (*accept4)(int handle, sockaddr* address, socklen_t* size, int flags);
  int (*connect)(int handle, const sockaddr* address, socklen_t size);
  int (*shutdown)(int handle, int how);
  int (*close)(int handle);
  int (*getsockopt)(int handle, int level, int name, void* value, socklen_t* size);
  int (*setsockopt)(int handle, int level, int name, const void* value, socklen_t size);
  int (*getsockname)(int handle, sockaddr* address, socklen_t* size);
  int (*getpeername)(int handle, sockaddr* address, socklen_t* size);
  unsigned (*if_nametoindex)(const char* name);

  ssize_t (*recv)(int handle, void* data, size_t size, int flags);
  ssize_t (*send)(int handle, const void* data, size_t size, int flags);
  ssize_t (*recvfrom)(int handle, void* data, size_t size, int flags, sockaddr* address,
                      socklen_t* address_size);
  ssize_t (*sendto)(int handle, const void* data, size_t size, int flags, const sockaddr* address,
                    socklen_t address_size);
  ssize_t (*recvmsg)(int handle, msghdr* message, int flags);
  ssize_t (*sendmsg)(int handle, const msghdr* message, int flags);
  ssize_t (*read)(int handle, void* data, size_t size);
  ssize_t (*write)(int handle, const void* data, size_t size);
  ssize_t (*pread)(int handle, void* data, size_t size, off_t offset);
  ssize_t (*pwrite)(int handle, const void* data, size_t size, off_t offset);
  /// Null where the system cannot say whether it would block.
  ssize_t (*preadv2)(int handle, const iovec* parts, int count, off_t offset, int flags);
  ssize_t (*readv)(int handle, const iovec* parts, int count);
  ssize_t (*writev)(int handle, const iovec* parts, int count);

  ssize_t (*sendfile)(int to, int from, off_t* offset, size_t size);
  int (*open)(const char* path, int flags, unsigned permissions);
  int (*fstat)(int handle, struct stat* status);
  off_t (*lseek)(int handle, off_t offset, int from);
  int (*ftruncate)(int handle, off_t size);
  int (*fsync)(int handle);
  int (*fcntl)(int handle, int command, int value);
  int (*isatty)(int handle);
  int (*pipe2)(int handles[2], int flags);
  int (*poll)(pollfd* handles, nfds_t count, int milliseconds);
  int (*ppoll)(pollfd* handles, nfds_t count, const timespec* timeout, const sigset_t* mask);
  int (*eventfd)(unsigned value, int flags);
  int (*epoll_create1)(int flags);
  int (*epoll_ctl)(int poller, int operation, int handle, epoll_event* event);
  int (*epoll_wait)(int poller, epoll_event* events, int capacity, int milliseconds);
  int (*epoll_pwait2)(int poller, epoll_event* events, int capacity, const timespec* timeout,
                      const sigset_t* mask);

  int (*posix_spawn)(pid_t* process, const char* path, const posix_spawn_file_actions_t* files,
                     const posix_spawnattr_t* attributes, char* const arguments[],
                     char* const environment[]);
  pid_t (*fork)();
  pid_t (*waitpid)(pid_t process, int* status, int options);
  int (*memfd_create)(const char* name, unsigned flags);
};

/// The table in use; calls of the platform unless a test replaced some. Not atomic: change it while
/// no other thread does I/O.
extern system_call_table current_system_calls;

inline const system_call_table& system_calls() noexcept { return current_system_calls; }

/// Puts the table back as it was, at the end of a test that changes current_system_calls.
class system_calls_restorer {
 public:
  system_calls_restorer() noexcept : before_(current_system_calls) {}
  system_calls_restorer(const system_calls_restorer&) = delete;
  system_calls_restorer& operator=(const system_calls_restorer&) = delete;
  ~system_calls_restorer() { current_system_calls = before_; }

 private:
  system_call_table before_;
};

}  // namespace rill::detail
