// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <string>

#include "base/system_calls.hpp"
#include "streams/open_anew.hpp"

namespace rill::detail {

namespace {

bool is_controlling(int terminal) noexcept {
  const pid_t session = ::tcgetsid(terminal);
  return session >= 0 && session == ::getsid(0);
}

// Opening the master of a pseudo-terminal makes another one.
bool is_terminal_master(int handle) noexcept {
  char name[64];
  return ::ptsname_r(handle, name, sizeof name) == 0;
}

}  // namespace

int open_anew(int handle, standard_use use, const struct stat& known) {
  const bool is_terminal = S_ISCHR(known.st_mode) && ::isatty(handle) == 1;
  if (!S_ISFIFO(known.st_mode) && (!is_terminal || is_terminal_master(handle))) return -1;
  const int mode =
      (use == standard_use::read ? O_RDONLY : O_WRONLY) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  const std::string path = "/proc/self/fd/" + std::to_string(handle);
  const int opened = system_calls().open(path.c_str(), mode, 0);
  if (opened >= 0 || !is_terminal || !is_controlling(handle)) return opened;
  return system_calls().open("/dev/tty", mode, 0);
}

}  // namespace rill::detail
