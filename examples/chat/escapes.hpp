// SPDX-License-Identifier: BSL-1.0
// What a terminal is told to do with its cursor and its screen. Listings F 8.4.1-b, F 8.7,
// F* 8.2-b, F* 8.7, N57.
#pragma once

#include <cstddef>
#include <string>

namespace chat {

inline constexpr const char* save_cursor =
    "\x1b"
    "7";
inline constexpr const char* restore_cursor =
    "\x1b"
    "8";
inline constexpr const char* to_home = "\x1b[H";
inline constexpr const char* to_first_column = "\x1b[0G";
inline constexpr const char* clear_screen = "\x1b[2J";
inline constexpr const char* erase_line = "\x1b[2K";

namespace detail {

/// Nothing for a distance of zero, which a terminal takes for one.
inline std::string moved(std::size_t distance, char direction) {
  return distance == 0 ? std::string() : "\x1b[" + std::to_string(distance) + direction;
}

}  // namespace detail

inline std::string left(int columns) {
  return detail::moved(static_cast<std::size_t>(columns), 'D');
}
inline std::string right(int columns) {
  return detail::moved(static_cast<std::size_t>(columns), 'C');
}
/// To the first column of a row further down.
inline std::string down(std::size_t rows) { return detail::moved(rows, 'E'); }
/// To the last row of so many.
inline std::string to_bottom(std::size_t rows) { return to_home + down(rows == 0 ? 0 : rows - 1); }

}  // namespace chat
