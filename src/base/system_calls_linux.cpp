// SPDX-License-Identifier: BSL-1.0
//
// The table of system calls on Linux.
#include <fcntl.h>
#include <net/if.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <limits>

#include "base/system_calls.hpp"
#include "base/system_numbers.hpp"

namespace rill::detail {

namespace {

// open and fcntl are variadic, fstat is a macro of older libraries, and some libraries declare
// eventfd's first argument otherwise; the rest are the library's functions themselves.
int call_fcntl(int handle, int command, int value) { return ::fcntl(handle, command, value); }
int call_open(const char* path, int flags, unsigned permissions) {
  return ::open(path, flags, permissions);
}
int call_fstat(int handle, struct stat* status) { return ::fstat(handle, status); }
int call_eventfd(unsigned value, int flags) { return ::eventfd(value, flags); }

// Not in every C library. The kernel wants the position in two halves, and the size of its own kind
// of signal sets.
ssize_t call_preadv2(int handle, const iovec* parts, int count, off_t position, int flags) {
  constexpr int half = std::numeric_limits<unsigned long>::digits / 2;
  const auto whole = static_cast<std::uint64_t>(position);
  return ::syscall(SYS_preadv2, handle, parts, count, static_cast<unsigned long>(whole),
                   static_cast<unsigned long>(whole >> half >> half), flags);
}
int call_epoll_pwait2(int handle, epoll_event* events, int count, const timespec* limit,
                      const sigset_t* mask) {
  constexpr std::size_t set_size = 8;
  return static_cast<int>(
      ::syscall(SYS_epoll_pwait2, handle, events, count, limit, mask, set_size));
}

}  // namespace

constexpr int system_numbers::non_blocking = SOCK_NONBLOCK;
constexpr int system_numbers::not_inherited = SOCK_CLOEXEC;
constexpr int system_numbers::no_signal = MSG_NOSIGNAL;
constexpr int system_numbers::handles_not_inherited = MSG_CMSG_CLOEXEC;
constexpr int system_numbers::not_on_network = ENONET;
constexpr bool system_numbers::abstract_names = true;

constinit system_call_table current_system_calls{
    .socket = ::socket,
    .socketpair = ::socketpair,
    .bind = ::bind,
    .listen = ::listen,
    .accept4 = ::accept4,
    .connect = ::connect,
    .shutdown = ::shutdown,
    .close = ::close,
    .getsockopt = ::getsockopt,
    .setsockopt = ::setsockopt,
    .getsockname = ::getsockname,
    .getpeername = ::getpeername,
    .if_nametoindex = ::if_nametoindex,
    .recv = ::recv,
    .send = ::send,
    .recvfrom = ::recvfrom,
    .sendto = ::sendto,
    .recvmsg = ::recvmsg,
    .sendmsg = ::sendmsg,
    .read = ::read,
    .write = ::write,
    .pread = ::pread,
    .pwrite = ::pwrite,
    .preadv2 = call_preadv2,
    .readv = ::readv,
    .writev = ::writev,
    .sendfile = ::sendfile,
    .open = call_open,
    .fstat = call_fstat,
    .lseek = ::lseek,
    .ftruncate = ::ftruncate,
    .fsync = ::fsync,
    .fcntl = call_fcntl,
    .isatty = ::isatty,
    .pipe2 = ::pipe2,
    .poll = ::poll,
    .ppoll = ::ppoll,
    .eventfd = call_eventfd,
    .epoll_create1 = ::epoll_create1,
    .epoll_ctl = ::epoll_ctl,
    .epoll_wait = ::epoll_wait,
    .epoll_pwait2 = call_epoll_pwait2,
    .posix_spawn = ::posix_spawn,
    .fork = ::fork,
    .waitpid = ::waitpid,
    .memfd_create = ::memfd_create,
};

}  // namespace rill::detail
