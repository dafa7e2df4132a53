// SPDX-License-Identifier: BSL-1.0
// The system's own lookup of names, blocking.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rill/net/address.hpp"

namespace rill::detail {

/// getaddrinfo() for TCP. Throws std::system_error of resolver_category(), or of the system's where
/// that is what failed.
std::vector<socket_address> ask_system(const std::string& host, std::uint16_t port,
                                       address_family family);

}  // namespace rill::detail
