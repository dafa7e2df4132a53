// SPDX-License-Identifier: BSL-1.0
// The system's own lookup of names, blocking.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rill/net/address.hpp"
#include "rill/net/resolver.hpp"

namespace rill::detail {

/// What the system says of a code of its look-ups. Any thread.
std::string text_of_lookup_error(int code);

/// The loopback addresses, for "localhost" and names below it, in upper or lower case and with or
/// without a dot at the end (RFC 6761, 6.3); empty for other names.
std::vector<socket_address> loopback_of(std::string_view host, std::uint16_t port,
                                        address_family family);

/// getaddrinfo() for TCP; loopback_of() for what that does not know. Throws std::system_error of
/// resolver_category(), or of the system's where that is what failed.
std::vector<socket_address> ask_system(const std::string& host, std::uint16_t port,
                                       address_family family);

/// getnameinfo(). Requires: an IP address. Throws as ask_system().
name_info ask_for_name(const socket_address& address, name_info_options options);

}  // namespace rill::detail
