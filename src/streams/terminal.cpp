// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "base/system_calls.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "streams/terminal_mode_record.hpp"

namespace rill {

native_handle standard_input_handle() noexcept { return STDIN_FILENO; }
native_handle standard_output_handle() noexcept { return STDOUT_FILENO; }
native_handle standard_error_handle() noexcept { return STDERR_FILENO; }

bool is_terminal(native_handle handle) noexcept { return ::isatty(static_cast<int>(handle)) == 1; }

terminal_size get_terminal_size(native_handle terminal) {
  winsize size{};
  if (::ioctl(static_cast<int>(terminal), TIOCGWINSZ, &size) != 0) {
    detail::throw_system_error(errno, "rill: the size of a terminal");
  }
  terminal_size told;
  told.columns = size.ws_col;
  told.rows = size.ws_row;
  return told;
}

terminal_mode::terminal_mode(native_handle terminal, terminal_mode_options options) {
  struct stat status{};
  if (!is_terminal(terminal) || ::fstat(static_cast<int>(terminal), &status) != 0) {
    detail::throw_usage("rill: terminal_mode needs a terminal; ask is_terminal() before");
  }
  auto made = std::make_unique<detail::terminal_mode_record>(options.enter, options.leave);
  const auto& system = detail::system_calls();
  made->device = status.st_rdev;
  made->terminal = system.fcntl(static_cast<int>(terminal), F_DUPFD_CLOEXEC, 3);
  if (made->terminal < 0) detail::throw_system_error(errno, "rill: a handle for the terminal");
  const int error = detail::enter_terminal_mode(*made, options.signals);
  if (error != 0) {
    system.close(made->terminal);
    detail::throw_system_error(error, "rill: the terminal refuses character mode");
  }
  record_ = made.release();
}

void terminal_mode::restore() noexcept {
  const std::unique_ptr<detail::terminal_mode_record> ended(std::exchange(record_, nullptr));
  if (!ended) return;
  detail::leave_terminal_mode(*ended);
  detail::system_calls().close(ended->terminal);
}

}  // namespace rill
