// SPDX-License-Identifier: BSL-1.0
//
// Standard handles on Windows: they were opened by others, and not for overlapped operations, which
// cannot be changed. So threads read and write a duplicate, whatever it is.
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "base/system_calls.hpp"
#include "net/file_state.hpp"
#include "rill/base/error.hpp"
#include "streams/blocking_device.hpp"
#include "streams/standard_handle.hpp"

namespace rill::detail {

namespace {

[[noreturn]] void fail(int code, const char* name, const char* what) {
  throw_system_error(code, std::string("rill: ") + name + what);
}

}  // namespace

std::unique_ptr<stream_device> open_standard_handle(int handle, standard_use use,
                                                    const char* name) {
  struct stat known{};
  if (handle <= 0 || system_calls().fstat(handle, &known) != 0) fail(EBADF, name, " is closed");
  const int access = system_calls().fcntl(handle, F_GETFL, 0);
  if (access >= 0) {
    const int mode = access & O_ACCMODE;
    if (use == standard_use::read && mode == O_WRONLY) fail(EBADF, name, " cannot be read");
    if (use == standard_use::write && mode == O_RDONLY) fail(EBADF, name, " cannot be written");
  }
  owned_descriptor copy(system_calls().fcntl(handle, F_DUPFD_CLOEXEC, 0));
  if (copy.get() < 0) fail(errno, name, ": a handle for it");
  return std::make_unique<blocking_device>(std::move(copy));
}

}  // namespace rill::detail
