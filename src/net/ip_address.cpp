// SPDX-License-Identifier: BSL-1.0
#include "rill/net/ip_address.hpp"

#include <string_view>

#include "net/address_text.hpp"

namespace rill {

ipv4_address ipv4_address::parse(std::string_view text) {
  detail::text_fault fault;
  if (const auto address = detail::read_ipv4(text, fault)) return *address;
  detail::throw_fault(text, "an IPv4 address", fault);
}

std::optional<ipv4_address> ipv4_address::try_parse(std::string_view text) noexcept {
  detail::text_fault fault;
  return detail::read_ipv4(text, fault);
}

ipv6_address ipv6_address::parse(std::string_view text) {
  detail::text_fault fault;
  if (const auto address = detail::read_ipv6(text, fault)) return *address;
  detail::throw_fault(text, "an IPv6 address", fault);
}

std::optional<ipv6_address> ipv6_address::try_parse(std::string_view text) noexcept {
  detail::text_fault fault;
  return detail::read_ipv6(text, fault);
}

ip_address ip_address::parse(std::string_view text) {
  detail::text_fault fault;
  if (const auto address = detail::read_ip(text, fault)) return *address;
  detail::throw_fault(text, "an IP address", fault);
}

std::optional<ip_address> ip_address::try_parse(std::string_view text) noexcept {
  detail::text_fault fault;
  return detail::read_ip(text, fault);
}

namespace detail {

namespace {

template <std::size_t Size>
std::size_t hash_of_bytes(const std::array<std::uint8_t, Size>& bytes) noexcept {
  // Bytes may be read as characters.
  const auto* const characters = reinterpret_cast<const char*>(bytes.data());
  return std::hash<std::string_view>()(std::string_view(characters, Size));
}

}  // namespace

std::size_t hash_of(const ipv4_address& address) noexcept { return hash_of_bytes(address.bytes()); }

std::size_t hash_of(const ipv6_address& address) noexcept {
  return hash_of_bytes(address.bytes()) + address.scope_id();
}

std::size_t hash_of(const ip_address& address) noexcept {
  return address.is_v6() ? hash_of(address.v6()) : hash_of(address.v4());
}

}  // namespace detail
}  // namespace rill
