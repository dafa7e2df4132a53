// SPDX-License-Identifier: BSL-1.0
#include "streams/standard_handle.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "base/system_calls.hpp"
#include "net/file_state.hpp"
#include "rill/base/error.hpp"
#include "rill/net/detail/loop_handle.hpp"
#include "streams/blocking_device.hpp"
#include "streams/handle_device.hpp"
#include "streams/open_anew.hpp"
#include "streams/shared_device.hpp"

namespace rill::detail {

namespace {

[[noreturn]] void fail(int code, const char* name, const char* what) {
  throw_system_error(code, std::string("rill: ") + name + what);
}

struct stat examine(int handle, standard_use use, const char* name) {
  struct stat known{};
  if (::fstat(handle, &known) != 0) fail(errno, name, " is closed");
  // Where the parent has closed it, its number has gone to the next that was opened: an epoll, say,
  // which has no type.
  if ((known.st_mode & S_IFMT) == 0) fail(EBADF, name, " is closed");
  if (S_ISDIR(known.st_mode)) fail(EISDIR, name, " is a directory");
  const int access = system_calls().fcntl(handle, F_GETFL, 0) & O_ACCMODE;
  if (use == standard_use::read && access == O_WRONLY) fail(EBADF, name, " cannot be read");
  if (use == standard_use::write && access == O_RDONLY) fail(EBADF, name, " cannot be written");
  return known;
}

}  // namespace

std::unique_ptr<stream_device> open_standard_handle(int handle, standard_use use,
                                                    const char* name) {
  scheduler& owner = scheduler::require_current();
  const struct stat known = examine(handle, use, name);
  const int opened = open_anew(handle, use, known);
  if (opened >= 0) {
    loop_handle owned(opened, owner);
    return std::make_unique<handle_device>(std::move(owned));
  }
  owned_descriptor copy(system_calls().fcntl(handle, F_DUPFD_CLOEXEC, 3));
  if (copy.get() < 0) fail(errno, name, ": a handle for it");
  if (S_ISREG(known.st_mode) || S_ISBLK(known.st_mode)) {
    return std::make_unique<blocking_device>(std::move(copy));
  }
  loop_handle owned(copy.give(), owner);
  if (S_ISSOCK(known.st_mode)) {
    return std::make_unique<handle_device>(std::move(owned), io_kind::receive, io_kind::send);
  }
  return std::make_unique<shared_device>(std::move(owned));
}

}  // namespace rill::detail
