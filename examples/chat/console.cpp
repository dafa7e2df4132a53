// SPDX-License-Identifier: BSL-1.0
#include "chat/console.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "chat/escapes.hpp"
#include "chat/utf8.hpp"

namespace chat {

namespace {

/// The rows that a message takes.
std::vector<std::string> wrapped(std::string_view message, std::size_t columns) {
  std::vector<std::string> rows(1);
  std::size_t width = 0;
  while (!message.empty()) {
    const decoded next = decode(message);
    const auto needed = static_cast<std::size_t>(width_of(next.character));
    if (width + needed > columns) {
      rows.emplace_back();
      width = 0;
    }
    width += needed;
    rows.back() += message.substr(0, next.bytes);
    message.remove_prefix(next.bytes);
  }
  return rows;
}

}  // namespace

console::console(line_editor::options editing, std::size_t rows, std::size_t columns,
                 std::size_t kept)
    : kept_(kept), editor_({}, editing) {
  resize(rows, columns);
}

void console::resize(std::size_t rows, std::size_t columns) {
  rows_ = rows == 0 ? 24 : rows;
  columns_ = columns == 0 ? 80 : std::max<std::size_t>(columns, 2);
  editor_.set_columns(columns_);
}

void console::append(std::string_view message) {
  messages_.push_back(printable(message));
  if (messages_.size() > kept_) messages_.pop_front();
}

std::deque<std::string> console::visible_rows() const {
  std::deque<std::string> rows;
  for (auto message = messages_.rbegin(); message != messages_.rend(); ++message) {
    std::vector<std::string> of_one = wrapped(*message, columns_);
    for (auto row = of_one.rbegin(); row != of_one.rend(); ++row) {
      if (rows.size() + 1 >= rows_) return rows;
      rows.push_front(std::move(*row));
    }
  }
  return rows;
}

std::string console::drawn_messages() const {
  const std::deque<std::string> rows = visible_rows();
  std::string screen = std::string(save_cursor) + to_home;
  for (std::size_t row = 0; row + 1 < rows_; ++row) {
    screen += erase_line;
    if (row < rows.size()) screen += rows[row];
    screen += down(1);
  }
  return screen + restore_cursor;
}

std::string console::drawn() {
  return clear_screen + to_bottom(rows_) + drawn_messages() + editor_.drawn();
}

}  // namespace chat
