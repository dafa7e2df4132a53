// SPDX-License-Identifier: BSL-1.0
#include "chat/chat_protocol.hpp"

#include "chat/utf8.hpp"

namespace chat {

namespace {

constexpr std::string_view connect_word = "CONNECT ";

}  // namespace

std::string_view without_end(std::string_view line) noexcept {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string problem_of_name(std::string_view name) {
  if (name.empty()) return "a name is needed";
  if (name.size() > longest_name) {
    return "a name has at most " + std::to_string(longest_name) + " bytes";
  }
  if (name.starts_with(notice_mark.front())) return "a name does not begin with '!'";
  bool seen = false;
  for (std::string_view rest = name; !rest.empty();) {
    const decoded next = decode(rest);
    if (next.is != decoded::status::complete) return "a name is UTF-8";
    if (next.character == U' ' || next.character == 0xA0 || next.character == 0x3000) {
      return "a name has no spaces";
    }
    if (is_control(next.character)) return "a name has no control characters";
    if (is_invisible(next.character)) return "a name has no invisible characters";
    seen = seen || width_of(next.character) > 0;
    rest.remove_prefix(next.bytes);
  }
  return seen ? "" : "a name can be seen";
}

greeting read_greeting(std::string_view line) {
  greeting read;
  const std::string_view said = without_end(line);
  if (!line.ends_with('\n') || !said.starts_with(connect_word)) {
    read.problem = "the first line is: CONNECT <name>";
    return read;
  }
  read.name = said.substr(connect_word.size());
  read.problem = problem_of_name(read.name);
  return read;
}

std::string write_greeting(std::string_view name) {
  return std::string(connect_word) + std::string(name) + "\n";
}

std::string welcome(std::size_t users) {
  return "Welcome! " + std::to_string(users) + " user(s) are online!\n";
}

std::string arrival(std::string_view name) { return std::string(name) + " connected!\n"; }

std::string departure(std::string_view name) { return std::string(name) + " has left the chat\n"; }

std::string spoken(std::string_view name, std::string_view text) {
  std::string line;
  line.reserve(name.size() + text.size() + 3);
  line.append(name).append(": ").append(text).append("\n");
  return line;
}

std::string notice(std::string_view text) {
  return std::string(notice_mark) + std::string(text) + "\n";
}

}  // namespace chat
