// SPDX-License-Identifier: BSL-1.0
#include "chat/utf8.hpp"

#include <string>
#include <string_view>

#include "chat/chat_protocol.hpp"
#include "support/catch.hpp"

using chat::decode;
using chat::decoded;
using status = chat::decoded::status;

TEST_CASE("characters are decoded and encoded", "[utf8]") {
  for (const char32_t character : {U'a', U'\u00E9', U'\u07FF', U'\u0800', U'\u4E16', U'\uFFFD',
                                   U'\U00010000', U'\U0010FFFF'}) {
    const std::string bytes = chat::encode(character);
    const decoded first = decode(bytes + "x");
    CHECK(first.is == status::complete);
    CHECK(first.character == character);
    CHECK(first.bytes == bytes.size());
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      CHECK(decode(bytes.substr(0, cut)).is == status::incomplete);
    }
  }
}

TEST_CASE("what is not UTF-8 is invalid", "[utf8]") {
  for (const std::string_view wrong :
       {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xF0\x8F\xBF", "\xF4\x90\x80\x80", "\xF5\x80", "\xFF", "\xC3(", "\xE4\xB8("}) {
    CHECK(decode(wrong).is == status::invalid);
    CHECK_FALSE(chat::is_valid_utf8(wrong));
  }
  CHECK_FALSE(chat::is_valid_utf8("caf\xC3"));
  CHECK(chat::is_valid_utf8("caf\xC3\xA9"));
  CHECK(chat::is_valid_utf8(""));
}

TEST_CASE("widths are those of a terminal", "[utf8]") {
  CHECK(chat::width_of("abc") == 3);
  CHECK(chat::width_of("\u00E9") == 1);
  CHECK(chat::width_of("e\u0301") == 1);
  CHECK(chat::width_of("\u4E16\u754C") == 4);
  CHECK(chat::width_of("\uFF21") == 2);
  CHECK(chat::width_of("\U0001F600") == 2);
  CHECK(chat::width_of("\u200D\uFE0F") == 0);
  CHECK(chat::width_of(U'\u2500') == 1);
}

TEST_CASE("a terminal is sent nothing that it would obey", "[utf8]") {
  CHECK(chat::printable("a\tb") == "a b");
  CHECK(chat::printable("\x1b[2J") == "\uFFFD[2J");
  CHECK(chat::printable("\xC2\x9B"
                        "2J") == "\uFFFD2J");
  CHECK(chat::printable("caf\xE9!") == "caf\uFFFD!");
  CHECK(chat::printable("caf\u00E9") == "caf\u00E9");
}

TEST_CASE("greetings are read as they are written", "[chat_protocol]") {
  const chat::greeting read = chat::read_greeting(chat::write_greeting("Zo\u00EB"));
  CHECK(read.problem.empty());
  CHECK(read.name == "Zo\u00EB");
  CHECK(chat::read_greeting("CONNECT bob\r\n").name == "bob");
}

TEST_CASE("names that would deceive are refused", "[chat_protocol]") {
  CHECK(chat::problem_of_name("bob").empty());
  CHECK(chat::problem_of_name("\u4E16\u754C").empty());
  CHECK(chat::problem_of_name(std::string(64, 'x')).empty());
  CHECK_FALSE(chat::problem_of_name(std::string(65, 'x')).empty());
  CHECK_FALSE(chat::problem_of_name("a\u00A0b").empty());
  CHECK_FALSE(chat::problem_of_name("b\u200Bob").empty());
  CHECK_FALSE(chat::problem_of_name("\u202Ebob").empty());
  CHECK_FALSE(chat::problem_of_name("\u0301").empty());
  CHECK_FALSE(chat::problem_of_name("!").empty());
  CHECK_FALSE(chat::problem_of_name("a\x7F").empty());
}
