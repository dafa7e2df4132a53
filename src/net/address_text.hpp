// SPDX-License-Identifier: BSL-1.0
//
// Readers of addresses, shared by the classes that parse. A reader returns nothing on bad input and
// then leaves in its last argument what is wrong; it allocates nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "rill/net/address.hpp"

namespace rill::detail {

/// What is wrong with a text, and where: the number of characters before the fault.
struct text_fault {
  const char* what = nullptr;
  std::size_t at = 0;

  std::nullopt_t fail(const char* why, std::size_t where) noexcept {
    what = why;
    at = where;
    return std::nullopt;
  }
};

std::optional<ipv4_address> read_ipv4(std::string_view text, text_fault& fault) noexcept;
std::optional<ipv6_address> read_ipv6(std::string_view text, text_fault& fault) noexcept;
std::optional<ip_address> read_ip(std::string_view text, text_fault& fault) noexcept;
std::optional<host_and_port> read_host_and_port(std::string_view text, text_fault& fault) noexcept;
std::optional<socket_address> read_socket_address(std::string_view text,
                                                  text_fault& fault) noexcept;

/// Reads all of `text` as a decimal number up to `most`, without sign or leading zeros.
std::optional<std::uint32_t> read_decimal(std::string_view text, std::uint32_t most,
                                          text_fault& fault) noexcept;

/// Throws std::invalid_argument: `"text" is not <kind>: <what>, at character <at + 1>`. Bytes that
/// are not printable are shown as in C, and long texts are cut.
[[noreturn]] void throw_fault(std::string_view text, const char* kind, const text_fault& fault);

/// The number of the network interface of that name; 0 if there is none. Asks the system.
std::uint32_t interface_index(std::string_view name) noexcept;

}  // namespace rill::detail
