// SPDX-License-Identifier: BSL-1.0
#include "reactor/quiet_write.hpp"

#include <pthread.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <ctime>

#include "base/system_calls.hpp"

namespace rill::detail {

std::ptrdiff_t quiet_write(int handle, const void* data, std::size_t size) noexcept {
  sigset_t pipe_signal;
  sigset_t before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  const std::ptrdiff_t written = system_calls().write(handle, data, size);
  const int error = errno;
  // Where it was not blocked, none was pending before: this one comes from the call.
  if (written < 0 && error == EPIPE && sigismember(&before, SIGPIPE) == 0) {
    const timespec at_once{};
    while (::sigtimedwait(&pipe_signal, nullptr, &at_once) < 0 && errno == EINTR) {
    }
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return written;
}

bool may_signal(int handle) noexcept {
  struct stat known{};
  return ::fstat(handle, &known) != 0 || S_ISFIFO(known.st_mode) || S_ISSOCK(known.st_mode);
}

}  // namespace rill::detail
