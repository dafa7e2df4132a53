// SPDX-License-Identifier: BSL-1.0
// Characters in UTF-8: where they end, whether they are right, how wide a terminal shows them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chat {

inline constexpr char32_t replacement_character = 0xFFFD;

/// The first character of some bytes.
struct decoded {
  enum class status { complete, incomplete, invalid };
  char32_t character = replacement_character;
  std::size_t bytes = 1;  ///< how many it takes; of what is invalid, how many to skip
  status is = status::invalid;
};

/// Looks at the first character. Overlong forms, surrogates and what lies beyond Unicode are
/// invalid. `bytes` must not be empty.
decoded decode(std::string_view bytes) noexcept;
bool is_valid_utf8(std::string_view text) noexcept;
std::string encode(char32_t character);

/// C0, DEL and C1: what a terminal obeys instead of showing it.
bool is_control(char32_t character) noexcept;
/// Unicode's White_Space.
bool is_space(char32_t character) noexcept;
/// Shows nothing by itself, or changes how others are shown: Unicode's
/// Default_Ignorable_Code_Point, fillers, annotations, and code points that are no characters.
bool is_invisible(char32_t character) noexcept;
/// Changes the direction or the line of everything behind it, so that it could deceive a reader.
bool is_override(char32_t character) noexcept;
/// How many columns a terminal takes for it: 0 for combining marks, 2 for East Asian wide ones.
int width_of(char32_t character) noexcept;
int width_of(std::string_view text) noexcept;

/// What may be sent to a terminal: a replacement for each control character, each override and each
/// byte that is not UTF-8, a space for a tab.
std::string printable(std::string_view text, std::string_view replacement = "\uFFFD");

}  // namespace chat
