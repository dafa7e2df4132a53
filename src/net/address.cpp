// SPDX-License-Identifier: BSL-1.0
#include "rill/net/address.hpp"

#include <algorithm>

#include "net/address_text.hpp"
#include "rill/base/error.hpp"

namespace rill {

namespace {

std::uint8_t byte_of(char c) noexcept { return static_cast<std::uint8_t>(c); }

}  // namespace

socket_address::socket_address(const ip_address& ip, std::uint16_t port) noexcept : port_(port) {
  if (ip.is_v4()) {
    family_ = address_family::ipv4;
    size_ = 4;
    std::copy(ip.v4().bytes().begin(), ip.v4().bytes().end(), bytes_.begin());
    return;
  }
  family_ = address_family::ipv6;
  size_ = 20;
  std::copy(ip.v6().bytes().begin(), ip.v6().bytes().end(), bytes_.begin());
  for (std::size_t at = 0; at < 4; ++at) {
    bytes_[16 + at] = static_cast<char>(ip.v6().scope_id() >> (24 - 8 * at) & 0xFF);
  }
}

socket_address socket_address::unix_unnamed() noexcept {
  socket_address result;
  result.family_ = address_family::unix_socket;
  return result;
}

socket_address socket_address::unix_path(std::string_view path) {
  if (path.empty()) detail::throw_invalid_argument("rill: the path of a Unix socket is empty");
  if (path.size() > max_path) {
    detail::throw_invalid_argument("rill: the path of a Unix socket has at most " +
                                   std::to_string(max_path) + " bytes, not " +
                                   std::to_string(path.size()));
  }
  if (path.find('\0') != std::string_view::npos) {
    detail::throw_invalid_argument(
        "rill: the path of a Unix socket holds a zero byte; for a name outside the file system "
        "write socket_address::unix_abstract(name), without the zero in front");
  }
  socket_address result = unix_unnamed();
  result.set_path(path);
  return result;
}

socket_address socket_address::unix_abstract(std::string_view name) {
  if (name.empty() || name.size() > max_path) {
    detail::throw_invalid_argument("rill: the name of an abstract Unix socket has 1 to " +
                                   std::to_string(max_path) + " bytes, not " +
                                   std::to_string(name.size()));
  }
  socket_address result = unix_unnamed();
  result.set_path(name);
  result.is_abstract_ = true;
  return result;
}

void socket_address::set_path(std::string_view path) noexcept {
  std::copy(path.begin(), path.end(), bytes_.begin());
  size_ = static_cast<std::uint8_t>(path.size());
}

ip_address socket_address::ip() const noexcept {
  if (family_ == address_family::ipv4) {
    return ipv4_address(byte_of(bytes_[0]), byte_of(bytes_[1]), byte_of(bytes_[2]),
                        byte_of(bytes_[3]));
  }
  if (family_ != address_family::ipv6) return {};
  ipv6_address::bytes_type bytes;
  std::transform(bytes_.begin(), bytes_.begin() + 16, bytes.begin(), byte_of);
  std::uint32_t scope_id = 0;
  for (std::size_t at = 16; at < 20; ++at) scope_id = scope_id << 8 | byte_of(bytes_[at]);
  return ipv6_address(bytes, scope_id);
}

std::string_view socket_address::path() const noexcept {
  return is_unix() ? bytes() : std::string_view();
}

std::strong_ordering socket_address::operator<=>(const socket_address& other) const noexcept {
  if (const auto order = family_ <=> other.family_; order != 0) return order;
  if (const auto order = is_abstract_ <=> other.is_abstract_; order != 0) return order;
  if (const auto order = bytes() <=> other.bytes(); order != 0) return order;
  return port_ <=> other.port_;
}

std::size_t detail::hash_of(const socket_address& address) noexcept {
  if (address.is_ip()) return hash_of(address.ip()) * 31 + address.port();
  return std::hash<std::string_view>()(address.path());
}

socket_address socket_address::parse(std::string_view text) {
  detail::text_fault fault;
  if (const auto address = detail::read_socket_address(text, fault)) return *address;
  detail::throw_fault(text, "a socket address", fault);
}

std::optional<socket_address> socket_address::try_parse(std::string_view text) noexcept {
  detail::text_fault fault;
  return detail::read_socket_address(text, fault);
}

host_and_port host_and_port::parse(std::string_view text) {
  detail::text_fault fault;
  if (const auto parts = detail::read_host_and_port(text, fault)) return *parts;
  detail::throw_fault(text, "a host and a port", fault);
}

std::optional<host_and_port> host_and_port::try_parse(std::string_view text) noexcept {
  detail::text_fault fault;
  return detail::read_host_and_port(text, fault);
}

}  // namespace rill
