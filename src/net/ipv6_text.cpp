// SPDX-License-Identifier: BSL-1.0
//
// IPv6 addresses from and to text: RFC 4291, section 2.2, and RFC 4007, section 11, are read; RFC
// 5952 is written.
#include <cstdint>

#include "net/address_text.hpp"

namespace rill {

namespace {

constexpr std::size_t group_count = 8;
constexpr std::size_t none = static_cast<std::size_t>(-1);

unsigned group_at(const ipv6_address::bytes_type& bytes, std::size_t group) noexcept {
  return static_cast<unsigned>(bytes[2 * group] << 8 | bytes[2 * group + 1]);
}

struct zero_run {
  std::size_t begin = none;
  std::size_t size = 1;  // a single group of zeros is not shortened
};

// The longest run of zero groups, the first of equals.
zero_run longest_zeros(const ipv6_address::bytes_type& bytes, std::size_t groups) noexcept {
  zero_run longest;
  std::size_t begin = 0;
  for (std::size_t group = 0; group < groups; ++group) {
    if (group_at(bytes, group) != 0) {
      begin = group + 1;
    } else if (group + 1 - begin > longest.size) {
      longest = {begin, group + 1 - begin};
    }
  }
  return longest;
}

void append_hex(std::string& text, unsigned value) {
  bool started = false;
  for (int shift = 12; shift >= 0; shift -= 4) {
    const unsigned digit = value >> shift & 15U;
    started = started || digit != 0 || shift == 0;
    if (started) text += "0123456789abcdef"[digit];
  }
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Reads the part before the zone, from left to right.
class group_reader {
 public:
  group_reader(std::string_view text, detail::text_fault& fault) noexcept
      : text_(text), fault_(fault) {}

  std::optional<ipv6_address::bytes_type> read() noexcept {
    if (text_.empty()) return fault_.fail("the address is empty", 0);
    if (text_.starts_with("::")) {
      gap_ = 0;
      at_ = 2;
    }
    while (!(at_ == text_.size() && gap_ == count_)) {
      if (!read_group()) return std::nullopt;
      if (at_ == text_.size()) break;
      if (!read_colon()) return std::nullopt;
    }
    return arrange();
  }

 private:
  bool fail(const char* what, std::size_t at) noexcept {
    fault_.fail(what, at);
    return false;
  }

  // One group, or an IPv4 address, which then ends the text.
  bool read_group() noexcept {
    const std::size_t begin = at_;
    unsigned value = 0;
    for (; at_ < text_.size() && hex_value(text_[at_]) >= 0; ++at_) {
      if (at_ - begin < 4) value = value << 4 | static_cast<unsigned>(hex_value(text_[at_]));
    }
    if (at_ < text_.size() && text_[at_] == '.') return read_embedded(begin);
    if (at_ == begin) {
      return fail(at_ == text_.size() ? "the address ends too early" : "not a hexadecimal digit",
                  at_);
    }
    if (at_ - begin > 4) return fail("a group has more than four digits", begin);
    return add(value, begin);
  }

  bool read_embedded(std::size_t begin) noexcept {
    const auto address = detail::read_ipv4(text_.substr(begin), fault_);
    if (!address) {
      fault_.at += begin;
      return false;
    }
    at_ = text_.size();
    const auto& bytes = address->bytes();
    return add(static_cast<unsigned>(bytes[0] << 8 | bytes[1]), begin) &&
           add(static_cast<unsigned>(bytes[2] << 8 | bytes[3]), begin);
  }

  bool read_colon() noexcept {
    if (text_[at_] != ':') return fail("neither a hexadecimal digit nor a colon", at_);
    ++at_;
    if (at_ == text_.size()) return fail("the address ends with a single colon", at_ - 1);
    if (text_[at_] != ':') return true;
    if (gap_ != none) return fail("a second \"::\"", at_ - 1);
    gap_ = count_;
    ++at_;
    return true;
  }

  bool add(unsigned value, std::size_t begin) noexcept {
    if (count_ == group_count) return fail("more than eight groups", begin);
    groups_[count_++] = value;
    return true;
  }

  std::optional<ipv6_address::bytes_type> arrange() noexcept {
    if (gap_ == none && count_ < group_count) {
      return fault_.fail("fewer than eight groups, and no \"::\"", text_.size());
    }
    if (gap_ != none && count_ == group_count) {
      return fault_.fail("\"::\" beside eight groups", 0);
    }
    ipv6_address::bytes_type bytes{};
    const std::size_t shift = group_count - count_;
    for (std::size_t group = 0; group < count_; ++group) {
      const std::size_t place = group < gap_ ? group : group + shift;
      bytes[2 * place] = static_cast<std::uint8_t>(groups_[group] >> 8);
      bytes[2 * place + 1] = static_cast<std::uint8_t>(groups_[group] & 0xFF);
    }
    return bytes;
  }

  std::string_view text_;
  detail::text_fault& fault_;
  std::size_t at_ = 0;
  unsigned groups_[group_count] = {};
  std::size_t count_ = 0;
  std::size_t gap_ = none;  // how many groups stand before "::"
};

std::optional<std::uint32_t> read_zone(std::string_view zone, detail::text_fault& fault) noexcept {
  if (zone.empty()) return fault.fail("the zone is empty", 0);
  if (zone.find_first_not_of("0123456789") != std::string_view::npos) {
    if (const std::uint32_t index = detail::interface_index(zone)) return index;
    return fault.fail("there is no network interface of that name", 0);
  }
  const auto number = detail::read_decimal(zone, UINT32_MAX, fault);
  if (number && *number == 0) return fault.fail("zone 0 is no zone; leave it out", 0);
  return number;
}

}  // namespace

std::string ipv6_address::to_string() const {
  const std::size_t groups = is_v4_mapped() ? 6 : group_count;
  const zero_run zeros = longest_zeros(bytes_, groups);
  std::string text;
  for (std::size_t group = 0; group < groups; ++group) {
    if (group == zeros.begin) {
      text += "::";
      group += zeros.size - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    append_hex(text, group_at(bytes_, group));
  }
  if (groups < group_count) text += ':' + last_four().to_string();
  if (scope_id_ != 0) text += '%' + std::to_string(scope_id_);
  return text;
}

namespace detail {

std::optional<ipv6_address> read_ipv6(std::string_view text, text_fault& fault) noexcept {
  const std::size_t percent = text.find('%');
  const auto bytes = group_reader(text.substr(0, percent), fault).read();
  if (!bytes) return std::nullopt;
  if (percent == std::string_view::npos) return ipv6_address(*bytes);
  const auto zone = read_zone(text.substr(percent + 1), fault);
  if (!zone) {
    fault.at += percent + 1;
    return std::nullopt;
  }
  return ipv6_address(*bytes, *zone);
}

std::optional<ip_address> read_ip(std::string_view text, text_fault& fault) noexcept {
  if (text.find(':') != std::string_view::npos) {
    const auto address = read_ipv6(text, fault);
    if (!address) return std::nullopt;
    return *address;
  }
  const auto address = read_ipv4(text, fault);
  if (!address) return std::nullopt;
  return *address;
}

}  // namespace detail
}  // namespace rill
