// SPDX-License-Identifier: BSL-1.0
//
// The table of system calls on macOS. Calls that it lacks are made of those that it has: a handle
// is made first and told then not to block and not to be inherited, so that a program which another
// thread starts in between inherits it.
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "base/quiet_write.hpp"
#include "base/system_calls.hpp"
#include "base/system_numbers.hpp"

namespace rill::detail {

constexpr int system_numbers::non_blocking = 0x1000'0000;
constexpr int system_numbers::not_inherited = 0x2000'0000;
constexpr int system_numbers::no_signal = 0;
constexpr int system_numbers::handles_not_inherited = 0x2000'0000;
constexpr int system_numbers::not_on_network = -1;
constexpr bool system_numbers::abstract_names = false;

namespace {

constexpr int own_flags = system_numbers::non_blocking | system_numbers::not_inherited;

/// Gives -1, with errno, if the handle cannot be set so; it is closed then.
int set_up(int handle, bool non_blocking, bool not_inherited) {
  if (handle < 0) return -1;
  const bool done = (!non_blocking || ::fcntl(handle, F_SETFL, O_NONBLOCK) == 0) &&
                    (!not_inherited || ::fcntl(handle, F_SETFD, FD_CLOEXEC) == 0);
  if (done) return handle;
  const int error = errno;
  ::close(handle);
  errno = error;
  return -1;
}

int set_up_socket(int handle, int flags) {
  const int made = set_up(handle, (flags & system_numbers::non_blocking) != 0,
                          (flags & system_numbers::not_inherited) != 0);
  if (made >= 0) make_quiet(made);
  return made;
}

/// Both, or none.
int set_up_both(int ends[2], bool non_blocking, bool not_inherited) {
  if (set_up(ends[0], non_blocking, not_inherited) < 0) {
    ::close(ends[1]);
    return -1;
  }
  if (set_up(ends[1], non_blocking, not_inherited) < 0) {
    ::close(ends[0]);
    return -1;
  }
  return 0;
}

int call_socket(int domain, int type, int protocol) {
  return set_up_socket(::socket(domain, type & ~own_flags, protocol), type);
}

int call_socketpair(int domain, int type, int protocol, int handles[2]) {
  if (::socketpair(domain, type & ~own_flags, protocol, handles) != 0) return -1;
  if (set_up_both(handles, (type & system_numbers::non_blocking) != 0,
                  (type & system_numbers::not_inherited) != 0) != 0) {
    return -1;
  }
  make_quiet(handles[0]);
  make_quiet(handles[1]);
  return 0;
}

// The new socket has the mode of the listener, which need not be the one that is wanted.
int call_accept4(int handle, sockaddr* address, socklen_t* size, int flags) {
  return set_up_socket(::accept(handle, address, size), flags);
}

int call_pipe2(int handles[2], int flags) {
  if (::pipe(handles) != 0) return -1;
  return set_up_both(handles, (flags & O_NONBLOCK) != 0, (flags & O_CLOEXEC) != 0);
}

void keep_from_heirs(msghdr& message) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      __builtin_memcpy(&number, CMSG_DATA(header) + i * sizeof number, sizeof number);
      ::fcntl(number, F_SETFD, FD_CLOEXEC);
    }
  }
}

ssize_t call_recvmsg(int handle, msghdr* message, int flags) {
  const ssize_t got = ::recvmsg(handle, message, flags & ~system_numbers::handles_not_inherited);
  if (got > 0 && (flags & system_numbers::handles_not_inherited) != 0) keep_from_heirs(*message);
  return got;
}

// What went out before the socket would have blocked is told as a success.
ssize_t call_sendfile(int to, int from, off_t* offset, size_t size) {
  off_t count = size > INT_MAX ? INT_MAX : static_cast<off_t>(size);
  const int done = ::sendfile(from, to, *offset, &count, nullptr, 0);
  if (done != 0 && (count == 0 || (errno != EAGAIN && errno != EINTR))) {
    if (errno == ENOTSUP || errno == ENOTSOCK) errno = EOPNOTSUPP;
    return -1;
  }
  *offset += count;
  return static_cast<ssize_t>(count);
}

int call_milliseconds(const timespec& timeout) {
  constexpr long long most = INT_MAX;
  const long long rounded_up = timeout.tv_sec * 1000LL + (timeout.tv_nsec + 999'999) / 1'000'000;
  return static_cast<int>(rounded_up < most ? rounded_up : most);
}

// With a mask, which has to be set in the same moment, by pselect(), and so for low numbers only.
int call_ppoll(pollfd* handles, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  if (mask == nullptr) {
    return ::poll(handles, count, timeout == nullptr ? -1 : call_milliseconds(*timeout));
  }
  fd_set reads;
  FD_ZERO(&reads);
  int highest = -1;
  for (nfds_t i = 0; i < count; ++i) {
    if (handles[i].fd >= FD_SETSIZE || (handles[i].events & ~POLLIN) != 0) {
      errno = EINVAL;
      return -1;
    }
    FD_SET(handles[i].fd, &reads);
    if (handles[i].fd > highest) highest = handles[i].fd;
  }
  const int ready = ::pselect(highest + 1, &reads, nullptr, nullptr, timeout, mask);
  for (nfds_t i = 0; ready > 0 && i < count; ++i) {
    handles[i].revents = FD_ISSET(handles[i].fd, &reads) ? POLLIN : 0;
  }
  return ready;
}

int call_fcntl(int handle, int command, int value) { return ::fcntl(handle, command, value); }
int call_open(const char* path, int flags, unsigned permissions) {
  return ::open(path, flags, permissions);
}
int call_fstat(int handle, struct stat* status) { return ::fstat(handle, status); }
int call_close(int handle) { return ::close(handle); }

}  // namespace

constinit system_call_table current_system_calls{
    .socket = call_socket,
    .socketpair = call_socketpair,
    .bind = ::bind,
    .listen = ::listen,
    .accept4 = call_accept4,
    .connect = ::connect,
    .shutdown = ::shutdown,
    .close = call_close,
    .getsockopt = ::getsockopt,
    .setsockopt = ::setsockopt,
    .getsockname = ::getsockname,
    .getpeername = ::getpeername,
    .if_nametoindex = ::if_nametoindex,
    .recv = ::recv,
    .send = ::send,
    .recvfrom = ::recvfrom,
    .sendto = ::sendto,
    .recvmsg = call_recvmsg,
    .sendmsg = ::sendmsg,
    .read = ::read,
    .write = ::write,
    .pread = ::pread,
    .pwrite = ::pwrite,
    .preadv2 = nullptr,
    .readv = ::readv,
    .writev = ::writev,
    .sendfile = call_sendfile,
    .open = call_open,
    .fstat = call_fstat,
    .lseek = ::lseek,
    .ftruncate = ::ftruncate,
    .fsync = ::fsync,
    .fcntl = call_fcntl,
    .isatty = ::isatty,
    .pipe2 = call_pipe2,
    .poll = ::poll,
    .ppoll = call_ppoll,
    .eventfd = nullptr,
    .epoll_create1 = nullptr,
    .epoll_ctl = nullptr,
    .epoll_wait = nullptr,
    .epoll_pwait2 = nullptr,
    .posix_spawn = ::posix_spawn,
    .fork = ::fork,
    .waitpid = ::waitpid,
    .memfd_create = nullptr,
};

}  // namespace rill::detail
