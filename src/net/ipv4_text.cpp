// SPDX-License-Identifier: BSL-1.0
//
// IPv4 addresses from and to text.
#include "net/address_text.hpp"

namespace rill {

std::string ipv4_address::to_string() const {
  std::string text;
  for (const std::uint8_t number : bytes_) {
    if (!text.empty()) text += '.';
    text += std::to_string(number);
  }
  return text;
}

namespace detail {

std::optional<ipv4_address> read_ipv4(std::string_view text, text_fault& fault) noexcept {
  ipv4_address::bytes_type bytes{};
  std::size_t at = 0;
  for (std::size_t each = 0; each < bytes.size(); ++each) {
    const bool last = each + 1 == bytes.size();
    const std::size_t dot = text.find('.', at);
    if (!last && dot == std::string_view::npos) {
      return fault.fail("four numbers with dots between are needed", text.size());
    }
    if (last && dot != std::string_view::npos) return fault.fail("a fifth number", dot);
    const auto number = read_decimal(text.substr(at, last ? dot : dot - at), 255, fault);
    if (!number) {
      fault.at += at;
      return std::nullopt;
    }
    bytes[each] = static_cast<std::uint8_t>(*number);
    at = dot + 1;
  }
  return ipv4_address(bytes);
}

}  // namespace detail
}  // namespace rill
