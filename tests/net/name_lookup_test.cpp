// SPDX-License-Identifier: BSL-1.0
#include "net/name_lookup.hpp"

#include <netdb.h>

#include <array>
#include <cstddef>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "rill/net/resolver.hpp"
#include "support/catch.hpp"

namespace {

constexpr std::array<int, 4> codes{EAI_NONAME, EAI_FAIL, EAI_FAMILY, EAI_SOCKTYPE};

/// How often the text of an error is another than at first, while other threads ask for others.
int count_changes(int code, const std::string& at_first) {
  int changes = 0;
  for (int i = 0; i < 20'000; ++i) {
    if (rill::resolver_category().message(code) != at_first) ++changes;
  }
  return changes;
}

}  // namespace

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

TEST_CASE("threads that ask for texts of errors at once are each told their own", "[name_lookup]") {
  std::array<std::string, codes.size()> texts;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    texts[i] = rill::resolver_category().message(codes[i]);
    CHECK_FALSE(texts[i].empty());
    for (std::size_t j = 0; j < i; ++j) CHECK(texts[i] != texts[j]);
  }
  std::array<int, codes.size()> changes{};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    threads.emplace_back([&, i] { changes[i] = count_changes(codes[i], texts[i]); });
  }
  for (std::thread& each : threads) each.join();
  CHECK(changes == std::array<int, codes.size()>{});
}
