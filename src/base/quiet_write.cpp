// SPDX-License-Identifier: BSL-1.0
#include "base/quiet_write.hpp"

#include <pthread.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <ctime>

#include "base/system_calls.hpp"

namespace rill::detail {

namespace {

bool is_pending() noexcept {
  sigset_t pending;
  return ::sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

}  // namespace

std::ptrdiff_t quiet_write(int handle, const void* data, std::size_t size) noexcept {
  sigset_t pipe_signal;
  sigset_t before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  // Where it was not blocked, none can have been pending.
  const bool blocked_before = sigismember(&before, SIGPIPE) == 1;
  const bool pending_before = blocked_before && is_pending();
  const std::ptrdiff_t written = system_calls().write(handle, data, size);
  const int error = errno;
  if (written < 0 && error == EPIPE && !pending_before) {
    const timespec at_once{};
    while (::sigtimedwait(&pipe_signal, nullptr, &at_once) < 0 && errno == EINTR) {
    }
  }
  if (!blocked_before) ::pthread_sigmask(SIG_UNBLOCK, &pipe_signal, nullptr);
  errno = error;
  return written;
}

// Each send says so.
void make_quiet(int /*handle*/) noexcept {}

bool may_signal(int handle) noexcept {
  struct stat known{};
  return system_calls().fstat(handle, &known) != 0 || S_ISFIFO(known.st_mode) ||
         S_ISSOCK(known.st_mode);
}

}  // namespace rill::detail
