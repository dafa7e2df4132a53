// SPDX-License-Identifier: BSL-1.0
//
// The system keeps with each open handle whether a broken one raises the signal. The signal would
// be the process', not the thread's, so that a mask is of no help.
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/quiet_write.hpp"
#include "base/system_calls.hpp"

namespace rill::detail {

std::ptrdiff_t quiet_write(int handle, const void* data, std::size_t size) noexcept {
  const int before = errno;
  const bool raises = system_calls().fcntl(handle, F_GETNOSIGPIPE, 0) == 0;
  if (raises) system_calls().fcntl(handle, F_SETNOSIGPIPE, 1);
  errno = before;
  const std::ptrdiff_t written = system_calls().write(handle, data, size);
  if (raises) {
    const int error = errno;
    system_calls().fcntl(handle, F_SETNOSIGPIPE, 0);
    errno = error;
  }
  return written;
}

// For sockets, which rill does not share with other programs; pipes are written by quiet_write().
void make_quiet(int handle) noexcept {
  const int before = errno;
  const int on = 1;
  system_calls().setsockopt(handle, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
  errno = before;
}

bool may_signal(int handle) noexcept {
  struct stat known{};
  return system_calls().fstat(handle, &known) != 0 || S_ISFIFO(known.st_mode) ||
         S_ISSOCK(known.st_mode);
}

}  // namespace rill::detail
