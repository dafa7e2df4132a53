// SPDX-License-Identifier: BSL-1.0
//
// The line editor by scripts of bytes: what it returns and what it sends to the screen.
#include "chat/line_editor.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "chat/keys.hpp"
#include "support/catch.hpp"

using chat::editor_event;
using chat::line_editor;

namespace {

/// The text that the keys leave in the line.
std::string typed(std::string_view keys) {
  line_editor editor;
  editor.feed(keys);
  return editor.text();
}

/// The lines that the keys finish.
std::vector<std::string> lines(line_editor& editor, std::string_view keys) {
  std::vector<std::string> finished;
  for (const editor_event& event : editor.feed(keys)) {
    if (event.what == editor_event::kind::line) finished.push_back(event.text);
  }
  return finished;
}

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("the line editor's script of bytes", "[line_editor]") {
  line_editor editor;
  texts finished;
  std::string echoes;
  for (const char byte : std::string_view("ab\x7f\x7f\x7fxyz\x7f!\n")) {
    for (const std::string& line : lines(editor, std::string_view(&byte, 1))) {
      finished.push_back(line);
    }
    echoes += editor.take_screen() + "|";
  }
  const std::string erase = "\x1b[1D \x1b[1D";
  CHECK(finished == texts{"xy!"});
  CHECK(echoes == "a|b|" + erase + "|" + erase + "||x|y|z|" + erase + "|!|\x1b[2K\x1b[0G|");
}

TEST_CASE("characters are erased whole", "[line_editor]") {
  CHECK(typed("a\u00E9\x7f") == "a");
  CHECK(typed("a\u4E16\x7f") == "a");
  CHECK(typed("ae\u0301\x7f") == "a");
  CHECK(typed("\u0301") == "");
  line_editor editor;
  editor.feed("\u4E16");
  editor.take_screen();
  editor.feed("\x7f");
  CHECK(editor.take_screen() == "\x1b[2D  \x1b[2D");
}

TEST_CASE("characters may come in any pieces", "[line_editor]") {
  const std::string all = "h\u00E9\u4E16\U0001F600e\u0301";
  line_editor editor;
  std::string screen;
  for (const char byte : all) {
    editor.feed(std::string_view(&byte, 1));
    screen += editor.take_screen();
  }
  CHECK(editor.text() == all);
  CHECK(screen == all);
}

TEST_CASE("what is not UTF-8 is replaced", "[line_editor]") {
  CHECK(typed("a\xE9z") == "a\uFFFDz");
  CHECK(typed("\xFFz") == "\uFFFDz");
  CHECK(typed("\xE4\xB8\x1b[Dz") == "z\uFFFD");
  CHECK(typed("a\xC2\x9B"
              "b") == "ab");  // a control character
}

TEST_CASE("the cursor moves by character and by word", "[line_editor]") {
  CHECK(typed("abc\x1b[D\x1b[Dx") == "axbc");
  CHECK(typed("abc\x02\x02\x06x") == "abxc");
  CHECK(typed("abc\x1bODx") == "abxc");
  CHECK(typed("abc\x1b[Hx\x1b[Fy") == "xabcy");
  CHECK(typed("abc\x1b[1~x\x1b[4~y") == "xabcy");
  CHECK(typed("abc\x01x\x05y") == "xabcy");
  CHECK(typed("one two\x1b[1;5Dx") == "one xtwo");
  CHECK(typed("one two\x1b"
              "b\x1b"
              "bx") == "xone two");
  CHECK(typed("one two\x01\x1b[1;5Cx") == "onex two");
  CHECK(typed("one two\x01\x1b"
              "f\x1b"
              "fx") == "one twox");
  CHECK(typed("a\x1b[D\x1b[D\x1b[Dx") == "xa");
  CHECK(typed("a\x1b[C\x1b[Cx") == "ax");
}

TEST_CASE("characters, words and the line are removed", "[line_editor]") {
  CHECK(typed("abc\x1b[D\x1b[3~") == "ab");
  CHECK(typed("abc\x1b[D\x04") == "ab");
  CHECK(typed("abc\x04") == "abc");
  CHECK(typed("one two  \x17") == "one ");
  CHECK(typed("one two\x1b\x7f") == "one ");
  CHECK(typed("one two\x01\x1b"
              "d") == " two");
  CHECK(typed("one two\x01\x1b[3;5~") == " two");
  CHECK(typed("abc\x1b[D\x15") == "c");
  CHECK(typed("abc\x01\x06\x0b") == "a");
  CHECK(typed("one two\x17\x01\x19") == "twoone ");
}

TEST_CASE("sequences may come in any pieces, and unknown ones are nothing", "[line_editor]") {
  line_editor editor;
  for (const char byte : std::string_view("abc\x1b[D\x1b[1;5Dx\x1b[3~")) {
    editor.feed(std::string_view(&byte, 1));
  }
  CHECK(editor.text() == "xbc");
  CHECK(typed("a\x1b[5~b\x1b[Zc\x1bOPd\x1b[?25he\x1b(f") == "abcdef");
  CHECK(typed("a\x1b[99999999999999999999999999999999999999999999999m") == "a");
  CHECK(typed("a\x1b[1\nb") == "b");  // a sequence that breaks off
  CHECK(typed("a\x1b\x1b[Db") == "ba");
  CHECK(typed("a\x1b\u00E9") == "a\u00E9");
}

TEST_CASE("Ctrl-D on an empty line is the end, Ctrl-L draws anew", "[line_editor]") {
  line_editor editor;
  const auto end = editor.feed("\x04");
  REQUIRE(end.size() == 1);
  CHECK(end.front().what == editor_event::kind::end);
  const auto redraw = editor.feed("ab\x0c");
  REQUIRE(redraw.size() == 1);
  CHECK(redraw.front().what == editor_event::kind::redraw);
  CHECK(editor.text() == "ab");
}

TEST_CASE("the history keeps what was typed", "[line_editor]") {
  line_editor editor;
  CHECK(lines(editor, "one\ntwo\ntwo\n\nthree\n") == texts{"one", "two", "two", "", "three"});
  editor.feed("draft\x1b[A");
  CHECK(editor.text() == "three");
  editor.feed("\x1b[A");
  CHECK(editor.text() == "two");
  editor.feed("\x10\x1b[A\x1b[A");
  CHECK(editor.text() == "one");
  editor.feed("\x1b[B\x1b[B");
  CHECK(editor.text() == "three");
  editor.feed("\x0e\x1b[B");
  CHECK(editor.text() == "draft");
  CHECK(lines(editor, "\x1b[A\x1b[A!\n") == texts{"two!"});
  editor.feed("\x1b[A");
  CHECK(editor.text() == "two!");
  editor.feed("\x1b[B");
  CHECK(editor.text() == "");
}

TEST_CASE("the history has an end", "[line_editor]") {
  line_editor::options options;
  options.history = 2;
  line_editor editor("", options);
  editor.feed("one\ntwo\nthree\n\x1b[A\x1b[A\x1b[A");
  CHECK(editor.text() == "two");
}

TEST_CASE("a paste is one line, and no keys", "[line_editor]") {
  line_editor editor;
  CHECK(lines(editor, "\x1b[200~one\r\ntwo\n\nthree\tfour\x04\x1b[D\x7f!\x1b[201~").empty());
  CHECK(editor.text() == "one two  three four!");
  CHECK(lines(editor, "\n") == texts{"one two  three four!"});
  for (const char byte : std::string_view("\x1b[200~a\rb\x1b[201~\x7f")) {
    editor.feed(std::string_view(&byte, 1));
  }
  CHECK(editor.text() == "a ");
}

TEST_CASE("the keys that are signals are none in a paste", "[line_editor]") {
  using kind = editor_event::kind;
  line_editor editor;
  const auto events = editor.feed(
      "a\x03\x1a\x1c"
      "b");
  REQUIRE(events.size() == 3);
  CHECK(events[0].what == kind::interrupt);
  CHECK(events[1].what == kind::suspend);
  CHECK(events[2].what == kind::quit);
  CHECK(editor
            .feed("\x1b[200~c\x03"
                  "d\x1a"
                  "e\x1c"
                  "f\x1b[201~")
            .empty());
  CHECK(editor.text() == "abcdef");
}

TEST_CASE("a paste goes in whole, or not at all", "[line_editor]") {
  line_editor::options options;
  options.longest = 10;
  line_editor editor("", options);
  editor.feed("ab\x1b[D");
  CHECK(editor.feed("\x1b[200~1234").empty());
  CHECK(editor.text() == "ab");
  CHECK(editor.feed("5678\x1b[201~").empty());
  CHECK(editor.text() == "a12345678b");
  editor.feed("\x15\x0b");
  const auto events = editor.feed("ab\x1b[200~12345678\u00E9!\x1b[201~");
  REQUIRE(events.size() == 1);
  CHECK(events.front().what == editor_event::kind::too_long);
  CHECK(editor.text() == "ab");
  CHECK(editor.feed("\x1b[201~c").empty());  // one end too many
  CHECK(editor.text() == "abc");
  editor.feed("\x15\x1b[200~e\u0301\u0302x\x1b[201~\x7f\x7f");
  CHECK(editor.text() == "");
}

TEST_CASE("a line that is too long is refused with a bell", "[line_editor]") {
  line_editor::options options;
  options.longest = 4;
  line_editor editor("", options);
  editor.feed("abcde\u00E9");
  CHECK(editor.text() == "abcd");
  CHECK(editor.take_screen().find('\a') != std::string::npos);
}

TEST_CASE("a change in the middle draws the line anew", "[line_editor]") {
  line_editor editor("> ");
  editor.feed("a\u4E16\x1b[D");
  CHECK(editor.take_screen() == "a\u4E16\x1b[2D");
  editor.feed("x");
  CHECK(editor.take_screen() == "\x1b[0G\x1b[2K> ax\u4E16\x1b[2D");
  editor.feed("\n");
  CHECK(editor.take_screen() == "\x1b[2K\x1b[0G> ");
}

TEST_CASE("a line that is wider than the screen is scrolled", "[line_editor]") {
  line_editor::options options;
  options.columns = 10;
  line_editor editor("> ", options);  // seven columns of text
  editor.feed("1234567");
  CHECK(editor.take_screen() == "1234567");
  editor.feed("8");
  CHECK(editor.take_screen() == "\x1b[0G\x1b[2K> 2345678");
  editor.feed("\x01");
  CHECK(editor.take_screen() == "\x1b[0G\x1b[2K> 1234567\x1b[7D");
  editor.feed("\x05");
  CHECK(editor.take_screen() == "\x1b[0G\x1b[2K> 2345678");
  editor.feed("\x7f");
  CHECK(editor.take_screen() == "\x1b[0G\x1b[2K> 1234567");
  editor.feed("\u4E16");
  CHECK(editor.take_screen() == "\x1b[0G\x1b[2K> 34567\u4E16");
  editor.set_columns(40);
  CHECK(editor.drawn() == "\x1b[0G\x1b[2K> 1234567\u4E16");
}
