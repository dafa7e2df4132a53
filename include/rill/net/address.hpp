// SPDX-License-Identifier: BSL-1.0
//
// socket_address: where a socket is bound or connected to, as a plain value without the system's
// headers. Taken and returned by sockets, servers and streams.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rill/base/assert.hpp"
#include "rill/net/ip_address.hpp"

namespace rill {

// [address_family]
/// What a socket_address is.
enum class address_family : std::uint8_t {
  none,         ///< nothing: default-made
  ipv4,         ///< an IPv4 address and a port
  ipv6,         ///< an IPv6 address and a port
  unix_socket,  ///< a path, an abstract name, or unnamed
};
// [/address_family]

/// An IP address with a port, or the name of a Unix socket. Holds its bytes in place: copies never
/// allocate or throw.
///
/// asyncio counterpart: the address tuples of sockname and peername, and the path of a Unix socket.
/// Here one type serves all, and a host is always a number: names are the resolver's business.
class socket_address {
 public:
  /// The longest path or abstract name.
  static constexpr std::size_t max_path = 107;

  constexpr socket_address() noexcept = default;
  socket_address(const ip_address& ip, std::uint16_t port) noexcept;

  /// The Unix socket at `path`. Throws std::invalid_argument if the path is empty, longer than
  /// max_path, or holds a zero byte.
  static socket_address unix_path(std::string_view path);
  /// The Unix socket of that name outside the file system (Linux); any bytes. Throws
  /// std::invalid_argument if the name is empty or longer than max_path.
  static socket_address unix_abstract(std::string_view name);
  /// A Unix socket that is bound to nothing, as the client's end mostly is.
  static socket_address unix_unnamed() noexcept;

  /// Reads what to_string() prints: `1.2.3.4:80`, `[::1]:80`, `[fe80::1%eth0]:80`; a path that
  /// begins with `/`, `./` or `../`; `unix:` and any path; `@` and an abstract name. Throws
  /// std::invalid_argument that says what is wrong and at which character; the twin returns
  /// nothing.
  static socket_address parse(std::string_view text);
  static std::optional<socket_address> try_parse(std::string_view text) noexcept;
  /// Empty for the family none. An abstract name is printed byte by byte.
  std::string to_string() const;

  address_family family() const noexcept { return family_; }
  bool is_ip() const noexcept {
    return family_ == address_family::ipv4 || family_ == address_family::ipv6;
  }
  bool is_unix() const noexcept { return family_ == address_family::unix_socket; }

  /// The IP address; 0.0.0.0 if there is none.
  ip_address ip() const noexcept;
  /// The port; 0 if there is none. set_port() changes it. Requires: is_ip().
  std::uint16_t port() const noexcept { return port_; }
  void set_port(std::uint16_t port) noexcept {
    RILL_ASSERT(is_ip(), "only an IP address has a port");
    port_ = port;
  }

  /// The path or the abstract name; empty if this is unnamed or no Unix address. Valid as long as
  /// this object.
  std::string_view path() const noexcept;
  bool is_abstract() const noexcept { return is_abstract_; }

  /// Family first, then IP address or path, then port.
  std::strong_ordering operator<=>(const socket_address& other) const noexcept;
  bool operator==(const socket_address& other) const noexcept { return (*this <=> other) == 0; }

 private:
  void set_path(std::string_view path) noexcept;
  std::string_view bytes() const noexcept { return {bytes_.data(), size_}; }

  // What lies in bytes_ (the first size_ of them; the rest is zero):
  //   ipv4         the 4 bytes of the address
  //   ipv6         the 16 bytes of the address, then the scope id, highest byte first
  //   unix_socket  the path or name, without any zero byte that the system puts around it
  std::array<char, max_path> bytes_{};
  std::uint8_t size_ = 0;
  address_family family_ = address_family::none;
  bool is_abstract_ = false;
  std::uint16_t port_ = 0;
};

// [host_and_port]
/// A host and a port as people write them: `example.org:80`, `127.0.0.1:80`, `[::1]:80`. The host
/// may be a name; nothing is looked up.
struct host_and_port {
  std::string_view host;  ///< part of the text that was read, without brackets
  std::uint16_t port = 0;

  /// Throws std::invalid_argument that says what is wrong and at which character; the twin returns
  /// nothing. The result refers to `text`.
  static host_and_port parse(std::string_view text);
  static std::optional<host_and_port> try_parse(std::string_view text) noexcept;
};
// [/host_and_port]

namespace detail {
std::size_t hash_of(const socket_address& address) noexcept;
}  // namespace detail

}  // namespace rill

template <>
struct std::hash<rill::socket_address> {
  std::size_t operator()(const rill::socket_address& address) const noexcept {
    return rill::detail::hash_of(address);
  }
};
