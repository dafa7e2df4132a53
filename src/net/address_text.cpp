// SPDX-License-Identifier: BSL-1.0
#include "net/address_text.hpp"

#include <string>

#include "rill/base/error.hpp"

namespace rill::detail {

namespace {

constexpr std::size_t shown_characters = 80;

std::string quoted(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : text.substr(0, shown_characters)) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (code < 0x20 || code >= 0x7F) {
      result += "\\x";
      result += digits[code >> 4];
      result += digits[code & 15];
    } else {
      result += c;
    }
  }
  return result + (text.size() > shown_characters ? "...\"" : "\"");
}

}  // namespace

std::optional<std::uint32_t> read_decimal(std::string_view text, std::uint32_t most,
                                          text_fault& fault) noexcept {
  if (text.empty()) return fault.fail("a number is missing", 0);
  std::uint64_t value = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] < '0' || text[at] > '9') return fault.fail("not a decimal digit", at);
    value = value * 10 + static_cast<unsigned>(text[at] - '0');
    if (value > most) return fault.fail("the number is too large", 0);
  }
  if (text.size() > 1 && text[0] == '0') return fault.fail("a number has a leading zero", 0);
  return static_cast<std::uint32_t>(value);
}

void throw_fault(std::string_view text, const char* kind, const text_fault& fault) {
  throw_invalid_argument("rill: " + quoted(text) + " is not " + kind + ": " + fault.what +
                         ", at character " + std::to_string(fault.at + 1));
}

}  // namespace rill::detail
