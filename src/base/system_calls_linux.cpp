// SPDX-License-Identifier: BSL-1.0
//
// The table of system calls on Linux.
#include <fcntl.h>
#include <net/if.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/system_calls.hpp"

namespace rill::detail {

namespace {

// fcntl is variadic and some libraries declare eventfd's first argument otherwise; the rest are the
// library's functions themselves.
int call_fcntl(int handle, int command, int value) { return ::fcntl(handle, command, value); }
int call_eventfd(unsigned value, int flags) { return ::eventfd(value, flags); }

}  // namespace

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
    .readv = ::readv,
    .writev = ::writev,
    .fcntl = call_fcntl,
    .pipe2 = ::pipe2,
    .poll = ::poll,
    .ppoll = ::ppoll,
    .eventfd = call_eventfd,
    .epoll_create1 = ::epoll_create1,
    .epoll_ctl = ::epoll_ctl,
    .epoll_wait = ::epoll_wait,
    .epoll_pwait2 = ::epoll_pwait2,
};

}  // namespace rill::detail
