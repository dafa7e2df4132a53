// SPDX-License-Identifier: BSL-1.0
// What terminals have been set to, and what they are put back to, also by signal handlers.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include <cstddef>
#include <string_view>

namespace rill::detail {

/// Bytes for the terminal, in memory that a signal handler may read.
class terminal_text {
 public:
  static constexpr std::size_t capacity = 256;
  /// Throws std::invalid_argument for a longer text.
  explicit terminal_text(std::string_view text);
  /// Writes it, unless that would block: output may be stopped (Ctrl-S).
  void write_to(int terminal) const noexcept;

 private:
  char bytes_[capacity] = {};
  std::size_t size_ = 0;
};

/// One mode that was set. Linked and changed under the lock of the list only.
struct terminal_mode_record {
  terminal_mode_record(std::string_view enter_text, std::string_view leave_text)
      : enter(enter_text), leave(leave_text) {}

  int terminal = -1;  // a duplicate of its own
  dev_t device = 0;
  termios found = {};
  termios wanted = {};
  terminal_text enter;
  terminal_text leave;
  terminal_mode_record* older = nullptr;
  terminal_mode_record* newer = nullptr;
};

/// True if another process group than the caller's has this terminal.
bool is_in_background(int terminal) noexcept;

/// Sets the mode of the record, and has it put back when the process ends or is suspended. Returns
/// 0 or a system error; nothing has happened then. Requires: `terminal`, `device`.
int enter_terminal_mode(terminal_mode_record& record, bool signals) noexcept;
/// Puts back what was found. Nothing happens in a child of the process that set it.
void leave_terminal_mode(terminal_mode_record& record) noexcept;

}  // namespace rill::detail
