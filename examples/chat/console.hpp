// SPDX-License-Identifier: BSL-1.0
// console: a screen of messages with a line of input below them. Gives the bytes that draw it; does
// no input and output of its own.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "chat/line_editor.hpp"

namespace chat {

class console {
 public:
  /// Keeps the last `kept` messages, to have enough of them when the window grows.
  explicit console(std::size_t rows = 24, std::size_t columns = 80, std::size_t kept = 500)
      : console(line_editor::options(), rows, columns, kept) {}
  explicit console(line_editor::options editing, std::size_t rows = 24, std::size_t columns = 80,
                   std::size_t kept = 500);

  line_editor& editor() noexcept { return editor_; }

  /// Zero stands for unknown: 24 rows, 80 columns. Draw everything anew after it.
  void resize(std::size_t rows, std::size_t columns);

  /// Adds a message; control characters in it are replaced.
  void append(std::string_view message);

  /// The messages, as many as fit, with the cursor and the input line left as they are.
  std::string drawn_messages() const;
  /// Everything, on a screen that may hold anything; the cursor ends in the input line.
  std::string drawn();

 private:
  std::deque<std::string> visible_rows() const;

  std::size_t rows_ = 24;
  std::size_t columns_ = 80;
  std::size_t kept_;
  std::deque<std::string> messages_;
  line_editor editor_;
};

}  // namespace chat
