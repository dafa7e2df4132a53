// SPDX-License-Identifier: BSL-1.0
#include "net/name_lookup.hpp"

#include <string>
#include <system_error>
#include <vector>

#include "rill/net/resolver.hpp"
#include "support/catch.hpp"

using rill::address_family;
using rill::socket_address;
using rill::detail::ask_system;
using rill::detail::loopback_of;

TEST_CASE("localhost and the names below it are the loopback addresses", "[name_lookup]") {
  const std::vector<socket_address> both{socket_address::parse("[::1]:80"),
                                         socket_address::parse("127.0.0.1:80")};
  for (const char* name : {"localhost", "LocalHost", "localhost.", "printer.localhost"}) {
    INFO(name);
    CHECK(loopback_of(name, 80, address_family::none) == both);
  }
  const std::vector<socket_address> four = loopback_of("localhost", 80, address_family::ipv4);
  CHECK(four == std::vector<socket_address>{both[1]});
  const std::vector<socket_address> six = loopback_of("localhost", 80, address_family::ipv6);
  CHECK(six == std::vector<socket_address>{both[0]});
}

TEST_CASE("names that only look like localhost are not", "[name_lookup]") {
  for (const char* name : {"", ".", "local", "notlocalhost", "localhost.example", "ocalhost"}) {
    INFO(name);
    CHECK(loopback_of(name, 80, address_family::none).empty());
  }
}

TEST_CASE("the system turns the old forms of addresses into addresses", "[name_lookup]") {
  const std::vector<socket_address> found = ask_system("127.1", 80, address_family::none);
  CHECK(found == std::vector<socket_address>{socket_address::parse("127.0.0.1:80")});
}

TEST_CASE("the error of a look-up names the host", "[name_lookup]") {
  std::string text;
  try {
    ask_system("two words", 80, address_family::none);
  } catch (const std::system_error& error) {
    text = error.what();
  }
  CHECK(text.find("two words") != std::string::npos);
}
