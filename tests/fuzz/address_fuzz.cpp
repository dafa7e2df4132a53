// SPDX-License-Identifier: BSL-1.0
//
// Fuzzes the readers of addresses: nothing harmful happens on any input, the two ways to read
// agree, and what is accepted comes back from its own text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/system_calls.hpp"
#include "net/sockaddr.hpp"
#include "rill/net/address.hpp"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

// In place of the system's, which would be most of the time: "eth0" is 2, nothing else exists.
unsigned interface_number(const char* name) { return std::string_view(name) == "eth0" ? 2 : 0; }

// Exceptions are slow under the sanitizer, so that only some inputs, always the same, try them.
bool tries_exceptions(std::string_view text) { return text.size() % 8 == 0; }

template <class Address>
bool throws(std::string_view text) {
  try {
    static_cast<void>(Address::parse(text));
    return false;
  } catch (const std::invalid_argument& error) {
    demand(std::string_view(error.what()).starts_with("rill: \""));
    return true;
  }
}

template <class Address>
void read_both_ways(std::string_view text) {
  const auto address = Address::try_parse(text);
  if (tries_exceptions(text)) demand(throws<Address>(text) != address.has_value());
  if (!address) return;
  demand(Address::try_parse(address->to_string()) == address);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rill::detail::current_system_calls.if_nametoindex = interface_number;
  const std::string text(data, data + size);
  read_both_ways<rill::ipv4_address>(text);
  read_both_ways<rill::ipv6_address>(text);
  read_both_ways<rill::ip_address>(text);
  read_both_ways<rill::socket_address>(text);
  const auto parts = rill::host_and_port::try_parse(text);
  if (tries_exceptions(text)) {
    demand(throws<rill::host_and_port>(text) != parts.has_value());
  }
  if (const auto address = rill::socket_address::try_parse(text)) {
    demand(rill::detail::from_native(rill::detail::to_native(*address)) == *address);
  }
  static_cast<void>(rill::detail::from_native(text.data(), static_cast<socklen_t>(text.size())));
  return 0;
}
