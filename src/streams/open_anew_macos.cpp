// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "base/system_calls.hpp"
#include "streams/open_anew.hpp"

namespace rill::detail {

// A terminal has a name to be opened by. /dev/fd gives a duplicate, which shares the mode, so that
// a pipe cannot be had anew. The master of a pseudo-terminal has no name as a terminal.
int open_anew(int handle, standard_use use, const struct stat& known) {
  if (!S_ISCHR(known.st_mode) || ::isatty(handle) != 1) return -1;
  std::array<char, 128> path{};
  if (::ttyname_r(handle, path.data(), path.size()) != 0) return -1;
  const int mode =
      (use == standard_use::read ? O_RDONLY : O_WRONLY) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  return system_calls().open(path.data(), mode, 0);
}

}  // namespace rill::detail
