// SPDX-License-Identifier: BSL-1.0
#include "chat/chat_protocol.hpp"

#include "chat/user_names.hpp"

namespace chat {

namespace {

constexpr std::string_view connect_word = "CONNECT ";

}  // namespace

std::string_view without_end(std::string_view line) noexcept {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
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
