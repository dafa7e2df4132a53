// SPDX-License-Identifier: BSL-1.0
//
// Socket addresses, and hosts with ports, from and to text.
#include "net/address_text.hpp"

namespace rill {

namespace {

constexpr std::string_view unix_prefix = "unix:";

bool looks_like_a_path(std::string_view text) noexcept {
  return text.starts_with('/') || text.starts_with("./") || text.starts_with("../");
}

std::optional<socket_address> read_path(std::string_view path, std::size_t begin,
                                        detail::text_fault& fault) noexcept {
  if (path.size() > socket_address::max_path) {
    return fault.fail("the path is longer than 107 bytes", begin + socket_address::max_path);
  }
  if (const std::size_t zero = path.find('\0'); zero != std::string_view::npos) {
    return fault.fail("the path holds a zero byte", begin + zero);
  }
  return path.empty() ? socket_address::unix_unnamed() : socket_address::unix_path(path);
}

std::optional<socket_address> read_abstract(std::string_view name,
                                            detail::text_fault& fault) noexcept {
  if (name.empty()) return fault.fail("the abstract name is empty", 1);
  if (name.size() > socket_address::max_path) {
    return fault.fail("the abstract name is longer than 107 bytes", 1 + socket_address::max_path);
  }
  return socket_address::unix_abstract(name);
}

// Where the colon before the port stands.
std::optional<std::size_t> find_port(std::string_view text, detail::text_fault& fault) noexcept {
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return fault.fail("the bracket is not closed", 0);
    if (bracket + 1 == text.size()) return fault.fail("the port is missing", text.size());
    if (text[bracket + 1] != ':') return fault.fail("no colon after the bracket", bracket + 1);
    return bracket + 1;
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return fault.fail("the port is missing", text.size());
  if (text.find(':', colon + 1) != std::string_view::npos) {
    return fault.fail("an IPv6 address with a port is written in brackets, [::1]:80", 0);
  }
  return colon;
}

}  // namespace

namespace detail {

std::optional<host_and_port> read_host_and_port(std::string_view text, text_fault& fault) noexcept {
  const auto colon = find_port(text, fault);
  if (!colon) return std::nullopt;
  const auto port = read_decimal(text.substr(*colon + 1), 65535, fault);
  if (!port) {
    fault.at += *colon + 1;
    return std::nullopt;
  }
  const std::size_t brackets = text.starts_with('[') ? 1 : 0;
  const std::string_view host = text.substr(brackets, *colon - 2 * brackets);
  if (host.empty()) return fault.fail("the host is missing", brackets);
  if (const std::size_t bad = host.find_first_of(std::string_view("[]/@ \t\r\n\0", 9));
      bad != std::string_view::npos) {
    return fault.fail("a character that no host has", brackets + bad);
  }
  return host_and_port{host, static_cast<std::uint16_t>(*port)};
}

std::optional<socket_address> read_socket_address(std::string_view text,
                                                  text_fault& fault) noexcept {
  if (looks_like_a_path(text)) return read_path(text, 0, fault);
  if (text.starts_with(unix_prefix)) {
    return read_path(text.substr(unix_prefix.size()), unix_prefix.size(), fault);
  }
  if (text.starts_with('@')) return read_abstract(text.substr(1), fault);
  const auto parts = read_host_and_port(text, fault);
  if (!parts) return std::nullopt;
  const bool bracketed = text.starts_with('[');
  std::optional<ip_address> ip;
  if (bracketed) {
    if (const auto v6 = read_ipv6(parts->host, fault)) ip = *v6;
  } else {
    if (const auto v4 = read_ipv4(parts->host, fault)) ip = *v4;
  }
  if (!ip) {
    fault.at += bracketed ? 1 : 0;
    return std::nullopt;
  }
  return socket_address(*ip, parts->port);
}

}  // namespace detail

std::string socket_address::to_string() const {
  switch (family_) {
    case address_family::ipv4:
      return ip().to_string() + ':' + std::to_string(port_);
    case address_family::ipv6:
      return '[' + ip().to_string() + "]:" + std::to_string(port_);
    case address_family::unix_socket:
      break;
    case address_family::none:
      return {};
  }
  std::string text;
  if (is_abstract_) {
    text = '@';
  } else if (!looks_like_a_path(path())) {
    text = unix_prefix;
  }
  text += path();
  return text;
}

}  // namespace rill
