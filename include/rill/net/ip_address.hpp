// SPDX-License-Identifier: BSL-1.0
//
// IPv4 and IPv6 addresses as plain values: parse, print, compare, classify. No system call is made
// but to look up the name of an interface in a zone such as "%eth0".
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rill {

/// An IPv4 address. Default: 0.0.0.0. asyncio counterpart: the host in a (host, port) tuple;
/// ipaddress.IPv4Address.
class ipv4_address {
 public:
  using bytes_type = std::array<std::uint8_t, 4>;

  constexpr ipv4_address() noexcept = default;
  /// The bytes in the order written: ipv4_address(127, 0, 0, 1).
  constexpr ipv4_address(std::uint8_t first, std::uint8_t second, std::uint8_t third,
                         std::uint8_t fourth) noexcept
      : bytes_{first, second, third, fourth} {}
  constexpr explicit ipv4_address(const bytes_type& bytes) noexcept : bytes_(bytes) {}

  static constexpr ipv4_address any() noexcept { return {}; }
  static constexpr ipv4_address loopback() noexcept { return {127, 0, 0, 1}; }

  /// Reads four decimal numbers with dots, without leading zeros. Throws std::invalid_argument that
  /// says what is wrong and at which character; the twin returns nothing.
  static ipv4_address parse(std::string_view text);
  static std::optional<ipv4_address> try_parse(std::string_view text) noexcept;
  std::string to_string() const;

  constexpr const bytes_type& bytes() const noexcept { return bytes_; }
  constexpr bool is_any() const noexcept { return *this == any(); }                 // 0.0.0.0
  constexpr bool is_loopback() const noexcept { return bytes_[0] == 127; }          // 127/8
  constexpr bool is_multicast() const noexcept { return (bytes_[0] >> 4) == 0xE; }  // 224/4
  constexpr bool is_link_local() const noexcept {                                   // 169.254/16
    return bytes_[0] == 169 && bytes_[1] == 254;
  }

  constexpr auto operator<=>(const ipv4_address&) const noexcept = default;

 private:
  bytes_type bytes_{};
};

/// An IPv6 address and the scope it is valid in (the number of an interface; 0: none). Default: ::.
/// asyncio counterpart: host and scope id in a tuple of four; ipaddress.IPv6Address.
class ipv6_address {
 public:
  using bytes_type = std::array<std::uint8_t, 16>;

  constexpr ipv6_address() noexcept = default;
  constexpr explicit ipv6_address(const bytes_type& bytes, std::uint32_t scope_id = 0) noexcept
      : bytes_(bytes), scope_id_(scope_id) {}

  static constexpr ipv6_address any() noexcept { return {}; }
  static constexpr ipv6_address loopback() noexcept {
    ipv6_address address;
    address.bytes_[15] = 1;
    return address;
  }
  /// ::ffff:a.b.c.d, the form in which a socket for both families shows an IPv4 peer.
  static constexpr ipv6_address mapped(const ipv4_address& address) noexcept {
    ipv6_address result;
    result.bytes_[10] = result.bytes_[11] = 0xFF;
    for (std::size_t at = 0; at < 4; ++at) result.bytes_[12 + at] = address.bytes()[at];
    return result;
  }

  /// Reads groups of hexadecimal digits, with "::" for zeros, an IPv4 address in place of the last
  /// two groups, and a zone: "%2" or, if there is an interface of that name, "%eth0". Errors as in
  /// ipv4_address.
  static ipv6_address parse(std::string_view text);
  static std::optional<ipv6_address> try_parse(std::string_view text) noexcept;
  /// The canonical form of RFC 5952; the zone as a number, "fe80::1%2".
  std::string to_string() const;

  constexpr const bytes_type& bytes() const noexcept { return bytes_; }
  constexpr std::uint32_t scope_id() const noexcept { return scope_id_; }
  constexpr bool is_any() const noexcept { return bytes_ == bytes_type{}; }            // ::
  constexpr bool is_loopback() const noexcept { return bytes_ == loopback().bytes_; }  // ::1
  constexpr bool is_multicast() const noexcept { return bytes_[0] == 0xFF; }           // ff00::/8
  constexpr bool is_link_local() const noexcept {                                      // fe80::/10
    return bytes_[0] == 0xFE && (bytes_[1] & 0xC0) == 0x80;
  }
  constexpr bool is_v4_mapped() const noexcept { return mapped(last_four()).bytes_ == bytes_; }
  /// The IPv4 address that is mapped here, if one is.
  constexpr std::optional<ipv4_address> to_v4() const noexcept {
    if (!is_v4_mapped()) return std::nullopt;
    return last_four();
  }

  constexpr auto operator<=>(const ipv6_address&) const noexcept = default;

 private:
  constexpr ipv4_address last_four() const noexcept {
    return {bytes_[12], bytes_[13], bytes_[14], bytes_[15]};
  }

  bytes_type bytes_{};
  std::uint32_t scope_id_ = 0;
};

/// An address of either kind. Default: 0.0.0.0. IPv4 sorts before IPv6.
class ip_address {
 public:
  constexpr ip_address() noexcept = default;
  constexpr ip_address(const ipv4_address& address) noexcept : v4_(address) {}
  constexpr ip_address(const ipv6_address& address) noexcept : is_v6_(true), v6_(address) {}

  /// Reads either form; a text with a colon is taken for IPv6. Errors as in ipv4_address.
  static ip_address parse(std::string_view text);
  static std::optional<ip_address> try_parse(std::string_view text) noexcept;
  std::string to_string() const { return is_v6_ ? v6_.to_string() : v4_.to_string(); }

  constexpr bool is_v4() const noexcept { return !is_v6_; }
  constexpr bool is_v6() const noexcept { return is_v6_; }
  /// The address, if it is of that kind; any() if not.
  constexpr const ipv4_address& v4() const noexcept { return v4_; }
  constexpr const ipv6_address& v6() const noexcept { return v6_; }

  constexpr bool is_any() const noexcept { return is_v6_ ? v6_.is_any() : v4_.is_any(); }
  constexpr bool is_loopback() const noexcept {
    return is_v6_ ? v6_.is_loopback() : v4_.is_loopback();
  }
  constexpr bool is_multicast() const noexcept {
    return is_v6_ ? v6_.is_multicast() : v4_.is_multicast();
  }
  constexpr bool is_link_local() const noexcept {
    return is_v6_ ? v6_.is_link_local() : v4_.is_link_local();
  }
  constexpr bool is_v4_mapped() const noexcept { return is_v6_ && v6_.is_v4_mapped(); }
  /// The IPv4 address if one is mapped here, else this address.
  constexpr ip_address unmapped() const noexcept {
    if (is_v4_mapped()) return *v6_.to_v4();
    return *this;
  }

  constexpr auto operator<=>(const ip_address&) const noexcept = default;

 private:
  // The one that is not meant keeps its default, so that comparing all members is right.
  bool is_v6_ = false;
  ipv4_address v4_;
  ipv6_address v6_;
};

namespace detail {
std::size_t hash_of(const ipv4_address& address) noexcept;
std::size_t hash_of(const ipv6_address& address) noexcept;
std::size_t hash_of(const ip_address& address) noexcept;
}  // namespace detail

}  // namespace rill

template <>
struct std::hash<rill::ipv4_address> {
  std::size_t operator()(const rill::ipv4_address& address) const noexcept {
    return rill::detail::hash_of(address);
  }
};
template <>
struct std::hash<rill::ipv6_address> {
  std::size_t operator()(const rill::ipv6_address& address) const noexcept {
    return rill::detail::hash_of(address);
  }
};
template <>
struct std::hash<rill::ip_address> {
  std::size_t operator()(const rill::ip_address& address) const noexcept {
    return rill::detail::hash_of(address);
  }
};
