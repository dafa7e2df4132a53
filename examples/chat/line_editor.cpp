// SPDX-License-Identifier: BSL-1.0
#include "chat/line_editor.hpp"

#include <algorithm>
#include <utility>

#include "chat/escapes.hpp"
#include "chat/utf8.hpp"

namespace chat {

namespace {

bool is_space(const std::string& bytes) { return bytes == " "; }

}  // namespace

std::vector<editor_event> line_editor::feed(std::string_view bytes) {
  std::vector<editor_event> events;
  for (const key_press& pressed : keys_.feed(bytes)) apply(pressed, events);
  return events;
}

void line_editor::apply(const key_press& pressed, std::vector<editor_event>& events) {
  const std::size_t size = cells_.size();
  switch (pressed.pressed) {
    case key::character:
      return pasting_ ? paste(pressed.text) : insert(pressed.text);
    case key::paste_begin:
      pasting_ = paste_fits_ = true;
      return pasted_.clear();
    case key::paste_end:
      return end_paste(events);
    case key::interrupt:
      return events.push_back({editor_event::kind::interrupt, {}});
    case key::suspend:
      return events.push_back({editor_event::kind::suspend, {}});
    case key::quit:
      return events.push_back({editor_event::kind::quit, {}});
    case key::enter:
      return finish(events);
    case key::end_of_input:
      if (size == 0) return events.push_back({editor_event::kind::end, {}});
      return erase(cursor_, std::min(cursor_ + 1, size));
    case key::erase:
      return erase(cursor_ == 0 ? 0 : cursor_ - 1, cursor_);
    case key::remove:
      return erase(cursor_, std::min(cursor_ + 1, size));
    case key::left:
      return move_to(cursor_ == 0 ? 0 : cursor_ - 1);
    case key::right:
      return move_to(std::min(cursor_ + 1, size));
    case key::word_left:
      return move_to(word_left());
    case key::word_right:
      return move_to(word_right());
    case key::home:
      return move_to(0);
    case key::end:
      return move_to(size);
    case key::up:
      return recall(place_ == 0 ? 0 : place_ - 1);
    case key::down:
      return recall(std::min(place_ + 1, history_.size()));
    case key::erase_word:
      return kill(word_left(), cursor_);
    case key::remove_word:
      return kill(cursor_, word_right());
    case key::kill_before:
      return kill(0, cursor_);
    case key::kill_behind:
      return kill(cursor_, size);
    case key::yank:
      return insert(killed_);
    case key::redraw:
      return events.push_back({editor_event::kind::redraw, {}});
  }
}

void line_editor::insert(std::string_view text) {
  const bool at_end = cursor_ == cells_.size();
  std::string echo;
  std::vector<cell> added;
  while (!text.empty()) {
    const decoded next = decode(text);
    cell typed{std::string(text.substr(0, next.bytes)), width_of(next.character)};
    text.remove_prefix(next.bytes);
    if (bytes_ + typed.bytes.size() > options_.longest) {
      screen_ += '\a';
      break;
    }
    if (typed.width == 0) {
      if (added.empty() && cursor_ == 0) continue;  // a mark needs something to stand on
      (added.empty() ? cells_[cursor_ - 1] : added.back()).bytes += typed.bytes;
    } else {
      added.push_back(typed);
    }
    bytes_ += typed.bytes.size();
    echo += typed.bytes;
  }
  cells_.insert(cells_.begin() + static_cast<std::ptrdiff_t>(cursor_), added.begin(), added.end());
  cursor_ += added.size();
  const bool scrolled = scroll();
  screen_ += at_end && !scrolled ? echo : drawn();
}

void line_editor::paste(std::string_view text) {
  paste_fits_ = paste_fits_ && bytes_ + pasted_.size() + text.size() <= options_.longest;
  if (paste_fits_) pasted_ += text;
}

/// All of it or nothing: half of what was meant might be sent.
void line_editor::end_paste(std::vector<editor_event>& events) {
  if (!std::exchange(pasting_, false)) return;
  const std::string text = std::exchange(pasted_, {});
  if (paste_fits_) return insert(text);
  events.push_back({editor_event::kind::too_long, {}});
}

void line_editor::erase(std::size_t from, std::size_t to) {
  if (from == to) return;
  const bool at_end = to == cells_.size() && cursor_ == to;
  const int width = width_between(from, to);
  bytes_ -= text_between(from, to).size();
  cells_.erase(cells_.begin() + static_cast<std::ptrdiff_t>(from),
               cells_.begin() + static_cast<std::ptrdiff_t>(to));
  cursor_ = from;
  const bool scrolled = scroll();
  if (at_end && !scrolled) {
    const std::string back = left(width);
    screen_ += back + std::string(static_cast<std::size_t>(width), ' ') + back;
  } else {
    screen_ += drawn();
  }
}

void line_editor::kill(std::size_t from, std::size_t to) {
  if (from == to) return;
  killed_ = text_between(from, to);
  erase(from, to);
}

void line_editor::move_to(std::size_t place) {
  const std::size_t before = std::exchange(cursor_, place);
  const bool scrolled = scroll();
  if (scrolled) {
    screen_ += drawn();
  } else if (place < before) {
    screen_ += left(width_between(place, before));
  } else {
    screen_ += right(width_between(before, place));
  }
}

void line_editor::recall(std::size_t place) {
  if (place == place_) return;
  if (place_ == history_.size()) draft_ = text();
  place_ = place;
  set_text(place == history_.size() ? draft_ : history_[place]);
  screen_ += drawn();
}

void line_editor::finish(std::vector<editor_event>& events) {
  std::string line = text();
  const bool worth_it = !line.empty() && (history_.empty() || history_.back() != line);
  if (worth_it && options_.history != 0) {
    if (history_.size() == options_.history) history_.erase(history_.begin());
    history_.push_back(line);
  }
  place_ = history_.size();
  draft_.clear();
  set_text({});
  screen_ += std::string(erase_line) + to_first_column + prompt_;
  events.push_back({editor_event::kind::line, std::move(line)});
}

void line_editor::set_text(std::string_view text) {
  const std::string before = std::exchange(screen_, {});
  cells_.clear();
  cursor_ = first_ = bytes_ = 0;
  insert(text);
  screen_ = before;  // the caller draws
}

std::string line_editor::drawn() {
  scroll();
  std::size_t last = options_.columns == 0 ? cells_.size() : first_;
  for (int left = room(); last < cells_.size() && cells_[last].width <= left; ++last) {
    left -= cells_[last].width;
  }
  std::string line = std::string(to_first_column) + erase_line + prompt_;
  line += text_between(first_, last);
  if (cursor_ < last) line += left(width_between(cursor_, last));
  return line;
}

/// Has the cursor in what is shown; true if that has changed. The last column stays free: a
/// terminal may go on to the next row behind it.
bool line_editor::scroll() {
  if (options_.columns == 0) return false;
  const std::size_t before = first_;
  const int most = room();
  first_ = std::min(first_, cursor_);
  int width = width_between(first_, cursor_);
  while (first_ < cursor_ && width > most) width -= cells_[first_++].width;
  width = width_between(first_, cells_.size());
  while (first_ > 0 && width + cells_[first_ - 1].width <= most) width += cells_[--first_].width;
  return first_ != before;
}

int line_editor::room() const {
  const int all = static_cast<int>(options_.columns) - 1 - width_of(prompt_);
  return std::max(all, 2);
}

std::string line_editor::text_between(std::size_t from, std::size_t to) const {
  std::string text;
  for (std::size_t i = from; i < to; ++i) text += cells_[i].bytes;
  return text;
}

int line_editor::width_between(std::size_t from, std::size_t to) const {
  int width = 0;
  for (std::size_t i = from; i < to; ++i) width += cells_[i].width;
  return width;
}

std::size_t line_editor::word_left() const {
  std::size_t place = cursor_;
  while (place > 0 && is_space(cells_[place - 1].bytes)) --place;
  while (place > 0 && !is_space(cells_[place - 1].bytes)) --place;
  return place;
}

std::size_t line_editor::word_right() const {
  std::size_t place = cursor_;
  while (place < cells_.size() && is_space(cells_[place].bytes)) ++place;
  while (place < cells_.size() && !is_space(cells_[place].bytes)) ++place;
  return place;
}

}  // namespace chat
