// SPDX-License-Identifier: BSL-1.0
//
// A small terminal: what stands on its screen after the bytes that a program has sent. Knows the
// sequences that the examples use, and counts the others.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "chat/utf8.hpp"

namespace rill_test {

class screen_model {
 public:
  explicit screen_model(std::size_t rows = 24, std::size_t columns = 80)
      : columns_(columns), cells_(rows, std::vector<std::string>(columns, " ")) {}

  void feed(std::string_view bytes) {
    pending_ += bytes;
    while (!pending_.empty()) {
      const std::size_t used = pending_.front() == '\x1b' ? sequence() : character();
      if (used == 0) return;
      pending_.erase(0, used);
    }
  }

  /// A row without the spaces at its end.
  std::string row(std::size_t number) const {
    std::string text;
    for (const std::string& cell : cells_[number]) text += cell;
    while (text.ends_with(' ')) text.pop_back();
    return text;
  }
  /// All rows, those at the end that are empty left out.
  std::string text() const {
    std::string all;
    for (std::size_t i = 0; i < cells_.size(); ++i) all += row(i) + "\n";
    while (all.ends_with("\n\n")) all.pop_back();
    return all;
  }
  bool shows(std::string_view wanted) const { return text().find(wanted) != std::string::npos; }

  std::size_t cursor_row() const noexcept { return row_; }
  std::size_t cursor_column() const noexcept { return column_; }
  int unknown() const noexcept { return unknown_; }

 private:
  std::size_t character() {
    const chat::decoded next = chat::decode(pending_);
    if (next.is == chat::decoded::status::incomplete) return 0;
    if (next.character == U'\r') {
      column_ = 0;
    } else if (next.character == U'\n') {
      down();
    } else if (next.character == U'\b') {
      column_ -= column_ == 0 ? 0 : 1;
    } else if (chat::is_control(next.character)) {
      unknown_ += next.character == U'\a' ? 0 : 1;
    } else {
      put(pending_.substr(0, next.bytes), chat::width_of(next.character));
    }
    return next.bytes;
  }

  void put(const std::string& bytes, int width) {
    if (width == 0) {
      if (column_ > 0) cells_[row_][column_ - 1] += bytes;
      return;
    }
    if (column_ + static_cast<std::size_t>(width) > columns_) {
      column_ = 0;
      down();
    }
    cells_[row_][column_++] = bytes;
    if (width == 2) cells_[row_][column_++] = "";
  }

  void down() {
    if (row_ + 1 < cells_.size()) {
      ++row_;
    } else {
      cells_.erase(cells_.begin());
      cells_.emplace_back(columns_, " ");
    }
  }

  std::size_t sequence() {
    if (pending_.size() < 2) return 0;
    if (pending_[1] != '[') {
      if (pending_[1] == '7') {
        saved_row_ = row_;
        saved_column_ = column_;
      } else if (pending_[1] == '8') {
        row_ = saved_row_;
        column_ = saved_column_;
      } else {
        ++unknown_;
      }
      return 2;
    }
    std::size_t end = 2;
    while (end < pending_.size() && (pending_[end] < 0x40 || pending_[end] > 0x7E)) ++end;
    if (end == pending_.size()) return 0;
    obey(pending_.substr(2, end - 2), pending_[end]);
    return end + 1;
  }

  void obey(const std::string& parameters, char last) {
    const bool number = parameters.find_first_not_of("0123456789") == std::string::npos;
    const std::size_t given = number && !parameters.empty() ? std::stoul(parameters) : 0;
    const std::size_t count = std::max<std::size_t>(given, 1);
    if (last == 'H' && parameters.empty()) {
      row_ = column_ = 0;
    } else if (last == 'E') {
      row_ = std::min(row_ + count, cells_.size() - 1);
      column_ = 0;
    } else if (last == 'G') {
      column_ = std::min(count, columns_) - 1;
    } else if (last == 'C') {
      column_ = std::min(column_ + count, columns_ - 1);
    } else if (last == 'D') {
      column_ -= std::min(column_, count);
    } else if (last == 'K' && given == 2) {
      cells_[row_].assign(columns_, " ");
    } else if (last == 'J' && given == 2) {
      for (auto& row : cells_) row.assign(columns_, " ");
    } else if (parameters != "?2004") {
      ++unknown_;
    }
  }

  std::size_t columns_;
  std::vector<std::vector<std::string>> cells_;
  std::string pending_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  std::size_t saved_row_ = 0;
  std::size_t saved_column_ = 0;
  int unknown_ = 0;
};

}  // namespace rill_test
