// SPDX-License-Identifier: BSL-1.0
#include "chat/utf8.hpp"

#include <string>
#include <string_view>

#include "chat/chat_protocol.hpp"
#include "chat/user_names.hpp"
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
  CHECK(chat::printable("a\u202Eb\u202Cc\u2066d\u2069") == "a\uFFFDb\uFFFDc\uFFFDd\uFFFD");
  CHECK(chat::printable("a\u202A\u202B\u202D\u2067\u2068z", "?") == "a?????z");
  CHECK(chat::printable("a\u2029z", "?") == "a?z");
  const std::string joined = "\U0001F469\u200D\U0001F4BB \u05D0\u200E";
  CHECK(chat::printable(joined) == joined);
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

TEST_CASE("names that look like another are refused", "[chat_protocol]") {
  constexpr char32_t spaces[] = {0x85,   0xA0,   0x1680, 0x2000, 0x2003, 0x2007,
                                 0x200A, 0x2028, 0x202F, 0x205F, 0x3000};
  for (const char32_t space : spaces) {
    INFO("U+" << std::hex << static_cast<unsigned>(space));
    CHECK_FALSE(chat::problem_of_name("ada" + chat::encode(space)).empty());
  }
  constexpr char32_t invisible[] = {0xAD,   0x34F,   0x61C,   0x115F,  0x1160,  0x17B4,
                                    0x180B, 0x180E,  0x200D,  0x2060,  0x2069,  0x2800,
                                    0x3164, 0xFDD0,  0xFE0F,  0xFEFF,  0xFFA0,  0xFFF9,
                                    0xFFFE, 0x1BCA0, 0x1D173, 0x1FFFF, 0xE0001, 0xE01EF};
  for (const char32_t unseen : invisible) {
    INFO("U+" << std::hex << static_cast<unsigned>(unseen));
    CHECK_FALSE(chat::problem_of_name("ada" + chat::encode(unseen)).empty());
  }
  CHECK_FALSE(chat::problem_of_name("\uFF01bob").empty());  // a full-width '!'
  CHECK_FALSE(chat::problem_of_name("Jose\u0301").empty());
  CHECK_FALSE(chat::problem_of_name("\u0391\u0301").empty());
  CHECK_FALSE(chat::problem_of_name("\u1ECD\u0301").empty());
  CHECK_FALSE(chat::problem_of_name("\u304B\u3099").empty());
  CHECK_FALSE(chat::problem_of_name("\u1112\u1161\u11AB").empty());
  CHECK(chat::problem_of_name("Jos\u00E9").empty());
  CHECK(chat::problem_of_name("\u304C").empty());
  CHECK(chat::problem_of_name("\uD55C").empty());
  CHECK(chat::problem_of_name("\u0928\u093F\u0936\u093E").empty());  // with vowel signs
  CHECK(chat::problem_of_name("\u05D3\u05B8\u05DF").empty());
  CHECK(chat::problem_of_name("\U0001F600").empty());
}

TEST_CASE("names are one whatever their case", "[chat_protocol]") {
  const auto same = [](std::string_view one, std::string_view other) {
    return chat::key_of_name(one) == chat::key_of_name(other);
  };
  CHECK(same("Ada", "aDA"));
  CHECK(same("ZO\u00CB", "zo\u00EB"));
  CHECK(same("\u0130\u0130", "\u0130\u0130"));
  CHECK(same("\u0141\u00D3D\u0179", "\u0142\u00F3d\u017A"));
  CHECK(same("\u03A3\u038F\u03A3", "\u03C3\u03CE\u03C2"));
  CHECK(same("\u0416\u0401", "\u0436\u0451"));
  CHECK(same("\u1EAC", "\u1EAD"));
  CHECK(same("\uFF21\uFF44\uFF41\uFF11", "ada1"));
  CHECK(same("\u212A\u212B\u2126", "k\u00E5\u03C9"));
  CHECK_FALSE(same("ada", "adb"));
  CHECK_FALSE(same("\u00D7", "\u00F7"));
  CHECK_FALSE(same("e", "\u00E9"));
  CHECK_FALSE(same("\u0138", "\u0139"));
  CHECK(chat::key_of_name("\u4E16\u754C\U0001F600") == "\u4E16\u754C\U0001F600");
}
