// SPDX-License-Identifier: BSL-1.0
#include "rill/net/address.hpp"

#include <random>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <unordered_set>

#include "support/catch.hpp"

namespace {

using rill::address_family;
using rill::host_and_port;
using rill::ip_address;
using rill::ipv4_address;
using rill::ipv6_address;
using rill::socket_address;

/// What parsing `text` says, or "" if it is accepted.
template <class Address>
std::string complaint(std::string_view text) {
  const bool accepted = Address::try_parse(text).has_value();
  try {
    Address::parse(text);
    return accepted ? "" : "parse and try_parse differ";
  } catch (const std::invalid_argument& error) {
    return accepted ? "parse and try_parse differ" : error.what();
  }
}

TEST_CASE("a socket_address is a plain value of bounded size") {
  STATIC_REQUIRE(std::is_trivially_copyable_v<socket_address>);
  STATIC_REQUIRE(sizeof(socket_address) <= 112);
  constexpr socket_address none;
  CHECK(none.family() == address_family::none);
  CHECK(none.to_string().empty());
  CHECK(none.port() == 0);
  CHECK(none.ip().is_any());
  CHECK(none.path().empty());
}

TEST_CASE("an IP socket address keeps address and port") {
  const socket_address v4(ipv4_address(10, 200, 0, 255), 8080);
  CHECK(v4.family() == address_family::ipv4);
  CHECK(v4.is_ip());
  CHECK_FALSE(v4.is_unix());
  CHECK(v4.ip() == ip_address(ipv4_address(10, 200, 0, 255)));
  CHECK(v4.port() == 8080);
  CHECK(v4.to_string() == "10.200.0.255:8080");
  CHECK(v4.path().empty());
  const ipv6_address link = ipv6_address::parse("fe80::ff:1%70000");
  socket_address v6(link, 65535);
  CHECK(v6.family() == address_family::ipv6);
  CHECK(v6.ip() == ip_address(link));
  CHECK(v6.to_string() == "[fe80::ff:1%70000]:65535");
  v6.set_port(1);
  CHECK(v6.port() == 1);
}

TEST_CASE("a Unix socket address keeps its path or name") {
  const socket_address path = socket_address::unix_path("/run/a.sock");
  CHECK(path.is_unix());
  CHECK(path.path() == "/run/a.sock");
  CHECK_FALSE(path.is_abstract());
  CHECK(path.to_string() == "/run/a.sock");
  CHECK(path.ip().is_any());
  const socket_address abstract = socket_address::unix_abstract("name");
  CHECK(abstract.path() == "name");
  CHECK(abstract.is_abstract());
  CHECK(abstract.to_string() == "@name");
  const socket_address unnamed = socket_address::unix_unnamed();
  CHECK(unnamed.is_unix());
  CHECK(unnamed.to_string() == "unix:");
  CHECK(abstract != socket_address::unix_path("name"));
}

TEST_CASE("paths and names that no system takes are refused") {
  const std::string longest(socket_address::max_path, 'p');
  CHECK(socket_address::unix_path(longest).path() == longest);
  CHECK(socket_address::unix_abstract(longest).path() == longest);
  CHECK_THROWS_WITH(socket_address::unix_path(longest + "p"),
                    "rill: the path of a Unix socket has at most 107 bytes, not 108");
  CHECK_THROWS_WITH(socket_address::unix_abstract(longest + "p"),
                    "rill: the name of an abstract Unix socket has 1 to 107 bytes, not 108");
  CHECK_THROWS_AS(socket_address::unix_path(""), std::invalid_argument);
  CHECK_THROWS_AS(socket_address::unix_abstract(""), std::invalid_argument);
  CHECK_THROWS_WITH(socket_address::unix_path(std::string_view("\0name", 5)),
                    Catch::Contains("unix_abstract"));
}

TEST_CASE("socket addresses are read from what they print") {
  const std::string zeros("@a\0b", 4);
  for (const std::string_view text :
       {std::string_view("127.0.0.1:80"), std::string_view("0.0.0.0:0"),
        std::string_view("[::1]:65535"), std::string_view("[fe80::1%3]:22"),
        std::string_view("/run/x"), std::string_view("./x"), std::string_view("../x:80"),
        std::string_view("unix:relative"), std::string_view("unix:@file"),
        std::string_view("unix:unix:"), std::string_view("unix:"), std::string_view("@abstract"),
        std::string_view(zeros)}) {
    CHECK(socket_address::parse(text).to_string() == text);
  }
  CHECK(socket_address::parse("unix:/run/x") == socket_address::unix_path("/run/x"));
  CHECK(socket_address::parse("[::FFFF:1.2.3.4]:5").to_string() == "[::ffff:1.2.3.4]:5");
}

TEST_CASE("a socket address is read strictly, and the error says what and where") {
  using Catch::EndsWith;
  const auto says = [](std::string_view text) { return complaint<socket_address>(text); };
  CHECK(says("1.2.3.4:65536") ==
        "rill: \"1.2.3.4:65536\" is not a socket address: the number is too large, at character 9");
  CHECK_THAT(says(""), EndsWith("the port is missing, at character 1"));
  CHECK_THAT(says("1.2.3.4"), EndsWith("the port is missing, at character 8"));
  CHECK_THAT(says("1.2.3.4:"), EndsWith("a number is missing, at character 9"));
  CHECK_THAT(says("1.2.3.4:080"), EndsWith("a number has a leading zero, at character 9"));
  CHECK_THAT(says("1.2.3.4:-1"), EndsWith("not a decimal digit, at character 9"));
  CHECK_THAT(says(":80"), EndsWith("the host is missing, at character 1"));
  CHECK_THAT(says("localhost:80"), EndsWith("dots between are needed, at character 10"));
  CHECK_THAT(says("::1:80"), EndsWith("is written in brackets, [::1]:80, at character 1"));
  CHECK_THAT(says("[::1"), EndsWith("the bracket is not closed, at character 1"));
  CHECK_THAT(says("[::1]"), EndsWith("the port is missing, at character 6"));
  CHECK_THAT(says("[::1]80"), EndsWith("no colon after the bracket, at character 6"));
  CHECK_THAT(says("[::g]:80"), EndsWith("not a hexadecimal digit, at character 4"));
  CHECK_THAT(says("[1.2.3.4]:80"), Catch::Contains("at character"));
  CHECK_THAT(says("@"), EndsWith("the abstract name is empty, at character 2"));
  CHECK_THAT(says(std::string("/").append(200, 'x')),
             EndsWith("longer than 107 bytes, at character 108"));
  CHECK_THAT(says(std::string("@").append(108, 'x')),
             EndsWith("longer than 107 bytes, at character 109"));
  CHECK_THAT(says(std::string_view("unix:a\0b", 8)), EndsWith("a zero byte, at character 7"));
}

TEST_CASE("a host and a port are read with names too") {
  const host_and_port name = host_and_port::parse("example.org:443");
  CHECK(name.host == "example.org");
  CHECK(name.port == 443);
  const host_and_port literal = host_and_port::parse("[::1%lo]:0");
  CHECK(literal.host == "::1%lo");
  CHECK(literal.port == 0);
  const auto says = [](std::string_view text) { return complaint<host_and_port>(text); };
  CHECK(says("example.org") ==
        "rill: \"example.org\" is not a host and a port: the port is missing, at character 12");
  CHECK_THAT(says("::1:443"), Catch::Contains("in brackets"));
  CHECK_THAT(says("[]:443"), Catch::EndsWith("the host is missing, at character 2"));
  CHECK_THAT(says("a b:443"), Catch::EndsWith("a character that no host has, at character 2"));
  CHECK_THAT(says("user@host:443"), Catch::EndsWith("that no host has, at character 5"));
  CHECK_THAT(says("http://host:443"), Catch::Contains("is not a host and a port"));
}

TEST_CASE("socket addresses are ordered and hashed") {
  const auto at = [](const char* text) { return socket_address::parse(text); };
  CHECK(at("1.2.3.4:80") == at("1.2.3.4:80"));
  CHECK(at("1.2.3.4:80") < at("1.2.3.4:81"));
  CHECK(at("1.2.3.4:81") < at("1.2.3.5:80"));
  CHECK(at("1.2.3.4:1") < at("200.2.3.4:1"));
  CHECK(at("9.9.9.9:9") < at("[::]:0"));
  CHECK(at("[::]:0") < at("/a"));
  CHECK(at("/a") < at("/ab"));
  CHECK(at("unix:a") < at("@a"));
  std::unordered_set<socket_address> seen;
  for (const char* text :
       {"1.2.3.4:1", "1.2.3.4:2", "[::1]:1", "/a", "@a", "unix:a", "1.2.3.4:1"}) {
    seen.insert(at(text));
  }
  CHECK(seen.size() == 6);
  CHECK(seen.count(at("@a")) == 1);
}

TEST_CASE("random socket addresses come back from their text") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  int wrong = 0;
  for (int round = 0; round < 3000; ++round) {
    const auto port = static_cast<std::uint16_t>(random());
    ipv6_address::bytes_type bytes{};
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random() % 2 == 0 ? 0 : random());
    std::string name(1 + random() % 107, '\0');
    for (char& c : name) c = static_cast<char>(random());
    std::string path = name;
    for (char& c : path) c = c == '\0' ? 'z' : c;
    for (const socket_address& address :
         {socket_address(ipv6_address(bytes, static_cast<std::uint32_t>(random() % 3)), port),
          socket_address(ipv4_address(bytes[0], bytes[1], bytes[2], bytes[3]), port),
          socket_address::unix_abstract(name), socket_address::unix_path(path)}) {
      if (socket_address::try_parse(address.to_string()) != address) ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("random bytes are read without harm") {
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string text(random() % 40, '\0');
    for (char& c : text) c = "[]:.%@/0123456789abcdefx"[random() % 24];
    if (const auto address = socket_address::try_parse(text)) {
      if (socket_address::try_parse(address->to_string()) != address) FAIL(text);
    }
    static_cast<void>(host_and_port::try_parse(text));
  }
  SUCCEED();
}

}  // namespace
