// SPDX-License-Identifier: BSL-1.0
// front_end: lines from a user and messages to a user. On a terminal, messages scroll above a line
// of input that keeps what was typed; through a pipe or a file, lines are lines.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rill/core/coro.hpp"

namespace chat {

class front_end {
 public:
  front_end() = default;
  front_end(const front_end&) = delete;
  front_end& operator=(const front_end&) = delete;
  virtual ~front_end() = default;

  /// Whether a person sits there, who can be asked again.
  virtual bool interactive() const noexcept = 0;
  /// What stands before the input from now on.
  virtual void set_prompt(std::string prompt) = 0;
  /// Waits for a line; gives it without its end, and nothing at the end of the input.
  virtual rill::coro<std::optional<std::string>> next_line() = 0;
  /// Shows messages, which have no line ends. Throws std::system_error (broken_pipe) when nobody
  /// reads the output any more.
  virtual rill::coro<> show(std::vector<std::string> messages) = 0;
  /// Reads the keys and follows the size of the window, beside everything else. Never ends by
  /// itself: cancel it. On a terminal next_line() needs it.
  virtual rill::coro<> attend() = 0;
  /// Waits until everything is shown that somebody still reads, and gives the terminal back as it
  /// was found.
  virtual rill::coro<> close() = 0;
};

/// On a terminal, if standard input and output are one, else through pipes.
rill::coro<std::unique_ptr<front_end>> open_front_end();

/// To be called first thing in main(): SIGTERM and SIGHUP end the program as Ctrl-C does.
void treat_signals_as_interrupts();
/// 128 and the number of the signal that has interrupted the program, as shells have it.
int interrupted_status() noexcept;

}  // namespace chat
