// SPDX-License-Identifier: BSL-1.0
// What chat clients and servers say to each other: lines of UTF-8 that end in LF or CRLF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chat {

/// How long a line may be without its end.
inline constexpr std::size_t longest_line = 64 * 1024;

/// Begins each line that a server addresses to one client alone: refusals and farewells. No name
/// begins with it.
inline constexpr std::string_view notice_mark = "! ";

/// A client's first line, `CONNECT <name>`.
struct greeting {
  std::string name;
  std::string problem;  ///< empty if it is as it should be
};

greeting read_greeting(std::string_view line);
std::string write_greeting(std::string_view name);

/// Takes LF or CRLF away.
std::string_view without_end(std::string_view line) noexcept;

std::string welcome(std::size_t users);
std::string arrival(std::string_view name);
std::string departure(std::string_view name);
std::string spoken(std::string_view name, std::string_view text);
std::string notice(std::string_view text);

}  // namespace chat
