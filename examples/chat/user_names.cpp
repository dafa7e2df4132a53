// SPDX-License-Identifier: BSL-1.0
#include "chat/user_names.hpp"

#include "chat/chat_protocol.hpp"
#include "chat/utf8.hpp"

namespace chat {

namespace {

/// Letters whose small form is so far behind them: all of the range, or every second one.
struct folding {
  char32_t first;
  char32_t last;
  int distance;
  unsigned step;
};

constexpr folding foldings[] = {
    {0x0041, 0x005A, 32, 1},      // A to Z
    {0x00B5, 0x00B5, 775, 1},     // micro: mu
    {0x00C0, 0x00D6, 32, 1},      // Latin-1
    {0x00D8, 0x00DE, 32, 1},      //
    {0x0100, 0x012E, 1, 2},       // Latin Extended-A
    {0x0132, 0x0136, 1, 2},       //
    {0x0139, 0x0147, 1, 2},       //
    {0x014A, 0x0176, 1, 2},       //
    {0x0178, 0x0178, -121, 1},    //
    {0x0179, 0x017D, 1, 2},       //
    {0x017F, 0x017F, -268, 1},    // long s
    {0x01CD, 0x01DB, 1, 2},       // Latin Extended-B, where it has accents
    {0x01DE, 0x01EE, 1, 2},       //
    {0x01F8, 0x021E, 1, 2},       //
    {0x0386, 0x0386, 38, 1},      // Greek
    {0x0388, 0x038A, 37, 1},      //
    {0x038C, 0x038C, 64, 1},      //
    {0x038E, 0x038F, 63, 1},      //
    {0x0391, 0x03A1, 32, 1},      //
    {0x03A3, 0x03AB, 32, 1},      //
    {0x03C2, 0x03C2, 1, 1},       // final sigma
    {0x0400, 0x040F, 80, 1},      // Cyrillic
    {0x0410, 0x042F, 32, 1},      //
    {0x0460, 0x0480, 1, 2},       //
    {0x048A, 0x04BE, 1, 2},       //
    {0x04C1, 0x04CD, 1, 2},       //
    {0x04D0, 0x052E, 1, 2},       //
    {0x1E00, 0x1E94, 1, 2},       // Latin Extended Additional
    {0x1EA0, 0x1EFE, 1, 2},       //
    {0x2126, 0x2126, -7517, 1},   // ohm: omega
    {0x212A, 0x212A, -8383, 1},   // kelvin: k
    {0x212B, 0x212B, -8262, 1},   // angstrom: a with a ring
    {0xFF01, 0xFF20, -65248, 1},  // full width: ASCII
    {0xFF21, 0xFF3A, -65216, 1},  //
    {0xFF3B, 0xFF5E, -65248, 1},  //
};

char32_t folded(char32_t character) noexcept {
  for (const folding& one : foldings) {
    const bool within = character >= one.first && character <= one.last;
    if (!within || (character - one.first) % one.step != 0) continue;
    return static_cast<char32_t>(static_cast<int>(character) + one.distance);
  }
  return character;
}

/// Latin, Greek or Cyrillic, which Unicode has with their accents as single characters.
bool is_western(char32_t character) noexcept {
  return character < 0x0530 || (character >= 0x1E00 && character < 0x2000);
}

/// True if the same can be written as one character, and there is another name that looks like this
/// one: an accent behind a letter, a voice mark behind a kana, half of a Hangul syllable. Without a
/// table of what is composed of what, a few letters are refused that have no single character.
bool is_half_a_letter(char32_t before, char32_t character) noexcept {
  if (character >= 0x0300 && character <= 0x036F) return is_western(before);
  if (character == 0x3099 || character == 0x309A) return true;
  return (character >= 0x1100 && character <= 0x11FF) ||
         (character >= 0xA960 && character <= 0xA97F) ||
         (character >= 0xD7B0 && character <= 0xD7FF);
}

}  // namespace

std::string problem_of_name(std::string_view name) {
  if (name.empty()) return "a name is needed";
  if (name.size() > longest_name) {
    return "a name has at most " + std::to_string(longest_name) + " bytes";
  }
  if (folded(decode(name).character) == static_cast<char32_t>(notice_mark.front())) {
    return "a name does not begin with '!'";
  }
  bool seen = false;
  char32_t before = 0;
  for (std::string_view rest = name; !rest.empty();) {
    const decoded next = decode(rest);
    if (next.is != decoded::status::complete) return "a name is UTF-8";
    if (is_control(next.character)) return "a name has no control characters";
    if (is_space(next.character)) return "a name has no spaces";
    if (is_invisible(next.character)) return "a name has no invisible characters";
    if (is_half_a_letter(before, next.character)) {
      return "a name has letters and their marks in one character (NFC)";
    }
    seen = seen || width_of(next.character) > 0;
    before = next.character;
    rest.remove_prefix(next.bytes);
  }
  return seen ? "" : "a name can be seen";
}

std::string key_of_name(std::string_view name) {
  std::string key;
  while (!name.empty()) {
    const decoded next = decode(name);
    key += encode(folded(next.character));
    name.remove_prefix(next.bytes);
  }
  return key;
}

}  // namespace chat
