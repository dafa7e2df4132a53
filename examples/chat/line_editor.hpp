// SPDX-License-Identifier: BSL-1.0
// line_editor: one line of input, edited. Bytes of keys go in; finished lines and the bytes for the
// screen come out. It does no input and output of its own. Listings F 8.8, F* 8.8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chat/keys.hpp"

namespace chat {

/// What a key has done beside editing.
struct editor_event {
  enum class kind {
    line,       ///< Enter; `text` is the line, without an end
    end,        ///< Ctrl-D on an empty line
    redraw,     ///< Ctrl-L: everything is to be drawn anew
    too_long,   ///< a paste has been left out: the line would be too long with it
    interrupt,  ///< Ctrl-C, and
    suspend,    ///< Ctrl-Z, and
    quit,       ///< Ctrl-backslash, where the terminal makes no signals of them
  };
  kind what = kind::line;
  std::string text;
};

class line_editor {
 public:
  struct options {
    std::size_t columns = 0;          ///< of the terminal; 0: no limit
    std::size_t longest = 16 * 1024;  ///< bytes of a line; keys for more are refused with a bell
    std::size_t history = 100;        ///< lines that are remembered
  };

  explicit line_editor(std::string prompt = {}) : line_editor(std::move(prompt), options()) {}
  line_editor(std::string prompt, options set) : options_(set), prompt_(std::move(prompt)) {}

  std::vector<editor_event> feed(std::string_view bytes);
  /// What is to be sent to the screen, with the cursor in the line, since the last call.
  std::string take_screen() { return std::exchange(screen_, {}); }
  /// The whole line anew: erases the cursor's row, draws, and leaves the cursor where it belongs.
  std::string drawn();

  /// Shown with the next drawn().
  void set_prompt(std::string prompt) { prompt_ = std::move(prompt); }
  void set_columns(std::size_t columns) noexcept { options_.columns = columns; }

  std::string text() const { return text_between(0, cells_.size()); }

 private:
  /// A character with the marks that stand on it: what the cursor steps over.
  struct cell {
    std::string bytes;
    int width = 1;
  };

  void apply(const key_press& pressed, std::vector<editor_event>& events);
  void insert(std::string_view text);
  void paste(std::string_view text);
  void end_paste(std::vector<editor_event>& events);
  void erase(std::size_t from, std::size_t to);
  void kill(std::size_t from, std::size_t to);
  void move_to(std::size_t place);
  void recall(std::size_t place);
  void finish(std::vector<editor_event>& events);
  void set_text(std::string_view text);

  std::string text_between(std::size_t from, std::size_t to) const;
  int width_between(std::size_t from, std::size_t to) const;
  std::size_t word_left() const;
  std::size_t word_right() const;
  bool scroll();
  int room() const;

  options options_;
  key_decoder keys_;
  std::string prompt_;
  std::vector<cell> cells_;
  std::size_t cursor_ = 0;  // the cell it stands on; cells_.size() behind the last
  std::size_t first_ = 0;   // the first cell that is shown, when the line is too long
  std::size_t bytes_ = 0;
  std::string screen_;
  std::string killed_;
  std::vector<std::string> history_;
  std::size_t place_ = 0;  // in the history; history_.size() for the draft
  std::string draft_;
  bool pasting_ = false;
  bool paste_fits_ = true;
  std::string pasted_;  // so far; goes in as a whole
};

}  // namespace chat
