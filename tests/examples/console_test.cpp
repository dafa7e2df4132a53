// SPDX-License-Identifier: BSL-1.0
#include "chat/console.hpp"

#include <string>

#include "support/catch.hpp"
#include "support/screen_model.hpp"

using chat::console;
using rill_test::screen_model;

namespace {

std::string numbered(int first, int last) {
  std::string rows;
  for (int i = first; i <= last; ++i) rows += "message " + std::to_string(i) + "\n";
  return rows;
}

}  // namespace

TEST_CASE("messages stand above the input line", "[console]") {
  console view(5, 20);
  screen_model screen(5, 20);
  screen.feed("rubbish\r\nrubbish");
  view.editor().set_prompt("> ");
  screen.feed(view.drawn());
  CHECK(screen.text() == "\n\n\n\n>\n");
  CHECK(screen.cursor_row() == 4);
  CHECK(screen.cursor_column() == 2);
  view.append("one");
  screen.feed(view.drawn_messages());
  view.append("two");
  screen.feed(view.drawn_messages());
  CHECK(screen.text() == "one\ntwo\n\n\n>\n");
  CHECK(screen.unknown() == 0);
}

TEST_CASE("a line that is typed is untouched by thirty messages", "[console]") {
  console view(24, 80);
  screen_model screen;
  screen.feed(view.drawn());
  for (int i = 1; i <= 30; ++i) {
    view.editor().feed(i % 3 == 0 ? "\u4E16" : "x");
    screen.feed(view.editor().take_screen());
    view.append("message " + std::to_string(i));
    screen.feed(view.drawn_messages());
  }
  CHECK(screen.text() == numbered(8, 30) + view.editor().text() + "\n");
  CHECK(screen.cursor_row() == 23);
  CHECK(screen.cursor_column() == 40);
  view.editor().feed("\x1b[D\x1b[D");
  screen.feed(view.editor().take_screen());
  view.append("message 31");
  screen.feed(view.drawn_messages());
  CHECK(screen.cursor_column() == 37);
  CHECK(screen.unknown() == 0);
}

TEST_CASE("a message that is wider than the screen takes more rows", "[console]") {
  console view(5, 10);
  screen_model screen(5, 10);
  screen.feed(view.drawn());
  view.append("above");
  view.append("0123456789abcdefghi");
  view.append("\u4E16\u4E16\u4E16\u4E16x\u4E16");
  screen.feed(view.drawn_messages());
  CHECK(screen.text() == "0123456789\nabcdefghi\n\u4E16\u4E16\u4E16\u4E16x\n\u4E16\n");
}

TEST_CASE("the screen is drawn anew when its size changes", "[console]") {
  console view(24, 80);
  for (int i = 1; i <= 40; ++i) view.append("message " + std::to_string(i));
  view.editor().feed("typed");
  view.resize(4, 12);
  screen_model small(4, 12);
  small.feed(view.drawn());
  CHECK(small.text() == numbered(38, 40) + "typed\n");
  view.resize(40, 12);
  screen_model large(40, 12);
  large.feed(view.drawn());
  CHECK(large.text() == numbered(2, 40) + "typed\n");
  view.resize(1, 12);
  screen_model least(1, 12);
  least.feed(view.drawn());
  CHECK(least.text() == "typed\n");
}

TEST_CASE("messages cannot send commands to the terminal", "[console]") {
  console view(5, 20);
  screen_model screen(5, 20);
  screen.feed(view.drawn());
  view.append("\x1b[2Jgone\r\b");
  screen.feed(view.drawn_messages());
  CHECK(screen.row(0) == "\uFFFD[2Jgone\uFFFD\uFFFD");
}

TEST_CASE("messages that are not shown any more are forgotten", "[console]") {
  console view(5, 20, 10);
  for (int i = 1; i <= 100; ++i) view.append("message " + std::to_string(i));
  view.resize(24, 20);
  screen_model screen(24, 20);
  screen.feed(view.drawn());
  CHECK(screen.row(0) == "message 91");
  CHECK(screen.row(9) == "message 100");
}
