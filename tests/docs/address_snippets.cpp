// SPDX-License-Identifier: BSL-1.0
// The pieces of docs/reference/net/address.md and ip_address.md.
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "rill/net.hpp"

namespace {

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("address: %s\n", what);
  std::exit(1);
}

void ip_address_page() {
  // [ip_address]
  const auto address = rill::ip_address::parse("2001:0DB8:0:0:0:0:0:1");
  const std::string text = address.to_string();  // "2001:db8::1"

  const auto peer = rill::ip_address::parse("::ffff:127.0.0.1");
  const bool local = peer.unmapped().is_loopback();  // true
  // [/ip_address]
  expect(text == "2001:db8::1" && local, "ip_address");
}

void socket_address_page() {
  // [socket_address]
  const rill::socket_address here(rill::ipv4_address::loopback(), 8080);
  const auto there = rill::socket_address::parse("[fe80::1%2]:8080");
  const auto door = rill::socket_address::unix_path("/run/door.sock");
  const std::string text = here.to_string();  // "127.0.0.1:8080"
  // [/socket_address]
  expect(text == "127.0.0.1:8080", "socket_address");
  expect(there.port() == 8080 && there.ip().v6().scope_id() == 2, "parsed");
  expect(door.is_unix(), "unix");
}

void error_page() {
  // [error]
  try {
    rill::socket_address::parse("127.0.0.1:80000");
  } catch (const std::invalid_argument& error) {
    std::puts(error.what());
    // rill: "127.0.0.1:80000" is not a socket address: the number is too large, at character 11
  }
  // [/error]
}

void host_page() {
  // [host_and_port]
  const std::string argument = "example.org:443";
  if (const auto parts = rill::host_and_port::try_parse(argument)) {
    std::printf("host %s, port %d\n", std::string(parts->host).c_str(), parts->port);
  }
  // [/host_and_port]
}

}  // namespace

int main() {
  ip_address_page();
  socket_address_page();
  error_page();
  host_page();
}
