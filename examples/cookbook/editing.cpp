// SPDX-License-Identifier: BSL-1.0
// A line editor at work: the terminal gives each key at once and echoes none, the program does, on
// the last row of the screen. Where there is no terminal, and with --virtual, it shows what each
// byte does. Listings F 8.4.1-a, F 8.4.1-b, F 8.7, F 8.8, F* 8.2-a, F* 8.2-b, F* 8.7, F* 8.8, N57.
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chat/escapes.hpp"
#include "chat/line_editor.hpp"
#include "cookbook/cookbook.hpp"

using chat::editor_event;

namespace {

std::string in_hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    char digits[4];
    std::snprintf(digits, sizeof digits, "%02X ", static_cast<unsigned>(byte) & 0xFFu);
    text += digits;
  }
  return text.empty() ? "nothing" : text.substr(0, text.size() - 1);
}

void tell(std::string_view what, std::string_view bytes) {
  std::printf("%.*s: %s\n", static_cast<int>(what.size()), what.data(), in_hex(bytes).c_str());
}

void show_escapes() {
  tell("save the cursor", chat::save_cursor);
  tell("restore it", chat::restore_cursor);
  tell("home", chat::to_home);
  tell("first column", chat::to_first_column);
  tell("erase the line", chat::erase_line);
  tell("back by one", chat::left(1));
  tell("down by 12", chat::down(12));
  tell("bottom of 24 rows", chat::to_bottom(24));
}

// An erase takes a whole character, also one of several bytes, and nothing when nothing is left.
void play(std::string_view keys) {
  chat::line_editor editor;
  for (const char key : keys) {
    const std::vector<editor_event> events = editor.feed(std::string_view(&key, 1));
    tell(in_hex(std::string_view(&key, 1)) + " echoes", editor.take_screen());
    for (const editor_event& event : events) std::printf("the line: %s\n", event.text.c_str());
  }
}

class keyboard {
 public:
  keyboard(rill::stream_reader keys, rill::stream_writer screen)
      : keys_(std::move(keys)), screen_(std::move(screen)) {
    screen_.write(chat::clear_screen);
    draw(size_.last());
  }

  /// Up to Ctrl-D on an empty line, or the end of the input, which an empty read tells.
  rill::coro<> edit() {
    while (true) {
      const std::string bytes = co_await keys_.read(1);
      if (bytes.empty()) break;
      for (const editor_event& event : editor_.feed(bytes)) {
        if (event.what == editor_event::kind::end) co_return;
        if (event.what == editor_event::kind::line) scroll(event.text);
      }
      screen_.write(editor_.take_screen());
      co_await screen_.drain();
    }
  }

  rill::coro<> follow_size() {
    while (true) {
      const rill::terminal_size now = co_await size_.changed();
      draw(now);
    }
  }

  rill::coro<> leave() {
    screen_.write(std::string(chat::to_first_column) + chat::erase_line);
    co_await screen_.flush();
  }

 private:
  // A line goes up when the next one takes the last row.
  void scroll(const std::string& line) {
    screen_.write(std::string(chat::to_first_column) + chat::erase_line + line + "\n");
  }

  void draw(rill::terminal_size size) {
    editor_.set_columns(size.columns);
    screen_.write(chat::to_bottom(size.rows) + editor_.drawn());
  }

  rill::terminal_mode mode_ = rill::terminal_mode::character();
  rill::stream_reader keys_;
  rill::stream_writer screen_;
  rill::terminal_size_watch size_;
  chat::line_editor editor_{"> "};
};

rill::coro<> recipe(bool by_script) {
  if (by_script || !rill::is_terminal(rill::standard_input_handle()) ||
      !rill::is_terminal(rill::standard_output_handle())) {
    show_escapes();
    play("ab\x7f\x7f\x7fxyz\x7f!\n");
    play("\xC3\xA9\x7f\n");
    co_return;
  }
  rill::stream_reader keys = co_await rill::open_standard_input();
  rill::stream_writer screen = co_await rill::open_standard_output();
  keyboard user(std::move(keys), std::move(screen));
  co_await rill::race(user.edit(), user.follow_size());
  co_await user.leave();
}

}  // namespace

int main(int count, char** arguments) {
  cookbook::timing time(count, arguments);
  return cookbook::run(time, recipe(time.is_virtual()));
}
