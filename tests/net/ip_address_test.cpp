// SPDX-License-Identifier: BSL-1.0
#include "rill/net/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include "support/catch.hpp"

namespace {

using rill::ip_address;
using rill::ipv4_address;
using rill::ipv6_address;

std::string reparsed(const char* text) { return ipv6_address::parse(text).to_string(); }

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

TEST_CASE("addresses are values that are made at compile time") {
  constexpr ipv4_address loopback(127, 0, 0, 1);
  STATIC_REQUIRE(loopback == ipv4_address::loopback());
  STATIC_REQUIRE(ip_address(loopback).is_loopback());
  STATIC_REQUIRE(ip_address().is_any());
  STATIC_REQUIRE(ipv6_address::mapped(loopback).to_v4() == loopback);
  STATIC_REQUIRE(std::is_trivially_copyable_v<ip_address>);
  STATIC_REQUIRE(std::is_nothrow_copy_constructible_v<ip_address>);
}

TEST_CASE("an IPv4 address is read and printed") {
  CHECK(ipv4_address::parse("192.0.2.45") == ipv4_address(192, 0, 2, 45));
  CHECK(ipv4_address::parse("0.0.0.0").is_any());
  CHECK(ipv4_address::parse("255.255.255.255").to_string() == "255.255.255.255");
}

TEST_CASE("an IPv4 address is read strictly, and the error says what and where") {
  using Catch::EndsWith;
  using Catch::StartsWith;
  const auto says = [](std::string_view text) { return complaint<ipv4_address>(text); };
  CHECK(says("1.2.3.256") ==
        "rill: \"1.2.3.256\" is not an IPv4 address: the number is too large, at character 7");
  CHECK_THAT(says(""), EndsWith("four numbers with dots between are needed, at character 1"));
  CHECK_THAT(says("1.2.3"), EndsWith("dots between are needed, at character 6"));
  CHECK_THAT(says("1.2.3.4.5"), EndsWith("a fifth number, at character 8"));
  CHECK_THAT(says("1.02.3.4"), EndsWith("a number has a leading zero, at character 3"));
  CHECK_THAT(says("1..3.4"), EndsWith("a number is missing, at character 3"));
  CHECK_THAT(says("1.2.3."), EndsWith("a number is missing, at character 7"));
  CHECK_THAT(says(" 1.2.3.4"), EndsWith("not a decimal digit, at character 1"));
  CHECK_THAT(says("1.2.3.4 "), EndsWith("not a decimal digit, at character 8"));
  CHECK_THAT(says("0x7f.0.0.1"), EndsWith("not a decimal digit, at character 2"));
  CHECK_THAT(says("1.2.3.99999999999999999999"), EndsWith("too large, at character 7"));
  CHECK_THAT(says("2130706433"), EndsWith("are needed, at character 11"));
  CHECK_THAT(says(std::string_view("1.2.3.4\0", 8)), StartsWith("rill: \"1.2.3.4\\x00\" is not"));
}

TEST_CASE("an error shows odd bytes escaped and cuts long texts") {
  CHECK_THAT(complaint<ipv4_address>("\"\n\\"), Catch::StartsWith(R"(rill: "\"\x0a\\" is not)"));
  const std::string text = complaint<ipv4_address>(std::string(5000, 'x'));
  CHECK(text.size() < 200);
  CHECK_THAT(text, Catch::Contains("xxx...\""));
}

TEST_CASE("an IPv6 address is read in each of its forms") {
  ipv6_address::bytes_type bytes{0x20, 0x01, 0x0d, 0xb8};
  bytes[15] = 0x2a;
  const ipv6_address expected(bytes);
  CHECK(ipv6_address::parse("2001:db8:0:0:0:0:0:2a") == expected);
  CHECK(ipv6_address::parse("2001:0DB8::002A") == expected);
  CHECK(ipv6_address::parse("2001:db8::0.0.0.42") == expected);
  CHECK(ipv6_address::parse("2001:db8:0::0:2a") == expected);
  CHECK(ipv6_address::parse("::").is_any());
  CHECK(ipv6_address::parse("::1").is_loopback());
  CHECK(ipv6_address::parse("1::").bytes()[1] == 1);
  CHECK(ipv6_address::parse("1:2:3:4:5:6:7::") == ipv6_address::parse("1:2:3:4:5:6:7:0"));
  CHECK(ipv6_address::parse("::2:3:4:5:6:7:8") == ipv6_address::parse("0:2:3:4:5:6:7:8"));
  CHECK(ipv6_address::parse("1:2:3:4:5:6:7.8.9.10").bytes()[15] == 10);
}

TEST_CASE("an IPv6 address is printed in the canonical form") {
  CHECK(reparsed("0:0:0:0:0:0:0:0") == "::");
  CHECK(reparsed("0:0:0:0:0:0:0:1") == "::1");
  CHECK(reparsed("1:0:0:0:0:0:0:0") == "1::");
  CHECK(reparsed("2001:0DB8:0:0:0:0:2:1") == "2001:db8::2:1");
  CHECK(reparsed("2001:db8:0:1:1:1:1:1") == "2001:db8:0:1:1:1:1:1");
  CHECK(reparsed("2001:0:0:1:0:0:0:1") == "2001:0:0:1::1");
  CHECK(reparsed("2001:db8:0:0:1:0:0:1") == "2001:db8::1:0:0:1");
  CHECK(reparsed("1:2:3:4:5:6:7::") == "1:2:3:4:5:6:7:0");
  CHECK(reparsed("::ffff:c000:280") == "::ffff:192.0.2.128");
  CHECK(reparsed("::192.0.2.128") == "::c000:280");
  CHECK(reparsed("fe80::1%7") == "fe80::1%7");
}

TEST_CASE("an IPv6 address is read strictly, and the error says what and where") {
  using Catch::EndsWith;
  const auto says = [](std::string_view text) { return complaint<ipv6_address>(text); };
  CHECK(says("1::2::3") ==
        "rill: \"1::2::3\" is not an IPv6 address: a second \"::\", at character 5");
  CHECK_THAT(says(""), EndsWith("the address is empty, at character 1"));
  CHECK_THAT(says("%1"), EndsWith("the address is empty, at character 1"));
  CHECK_THAT(says(":"), EndsWith("not a hexadecimal digit, at character 1"));
  CHECK_THAT(says(":1::"), EndsWith("not a hexadecimal digit, at character 1"));
  CHECK_THAT(says(":::"), EndsWith("not a hexadecimal digit, at character 3"));
  CHECK_THAT(says("1:::2"), EndsWith("not a hexadecimal digit, at character 4"));
  CHECK_THAT(says("1:2"), EndsWith("fewer than eight groups, and no \"::\", at character 4"));
  CHECK_THAT(says("1:2:"), EndsWith("the address ends with a single colon, at character 4"));
  CHECK_THAT(says("1:2:3:4:5:6:7:8:9"), EndsWith("more than eight groups, at character 17"));
  CHECK_THAT(says("1:2:3:4::5:6:7:8"), EndsWith("\"::\" beside eight groups, at character 1"));
  CHECK_THAT(says("::12345"), EndsWith("a group has more than four digits, at character 3"));
  CHECK_THAT(says("::g"), EndsWith("not a hexadecimal digit, at character 3"));
  CHECK_THAT(says("1 ::"), EndsWith("neither a hexadecimal digit nor a colon, at character 2"));
  CHECK_THAT(says("::1.2.3"), EndsWith("dots between are needed, at character 8"));
  CHECK_THAT(says("::1.2.3.256"), EndsWith("the number is too large, at character 9"));
  CHECK_THAT(says("::1.2.3.4:5"), EndsWith("not a decimal digit, at character 10"));
  CHECK_THAT(says("1:2:3:4:5:6:7:1.2.3.4"), EndsWith("more than eight groups, at character 15"));
}

TEST_CASE("a zone is a number or the name of an interface") {
  CHECK(ipv6_address::parse("fe80::1%3").scope_id() == 3);
  CHECK(ipv6_address::parse("fe80::1%4294967295").scope_id() == 4294967295U);
  CHECK(ipv6_address::parse("fe80::1").scope_id() == 0);
  using Catch::EndsWith;
  const auto says = [](std::string_view text) { return complaint<ipv6_address>(text); };
  CHECK_THAT(says("fe80::1%"), EndsWith("the zone is empty, at character 9"));
  CHECK_THAT(says("fe80::1%0"), EndsWith("zone 0 is no zone; leave it out, at character 9"));
  CHECK_THAT(says("fe80::1%01"), EndsWith("a number has a leading zero, at character 9"));
  CHECK_THAT(says("fe80::1%4294967296"), EndsWith("the number is too large, at character 9"));
  CHECK_THAT(says("fe80::1%no such one"),
             EndsWith("no network interface of that name, at character 9"));
  CHECK_THAT(says(std::string("fe80::1%").append(300, 'e')),
             Catch::Contains("no network interface"));
}

TEST_CASE("an ip_address is read in either form") {
  CHECK(ip_address::parse("10.0.0.1").is_v4());
  CHECK(ip_address::parse("::1").is_v6());
  CHECK(ip_address::parse("::1").to_string() == "::1");
  CHECK(ip_address::parse("10.0.0.1").to_string() == "10.0.0.1");
  CHECK_THAT(complaint<ip_address>("localhost"), Catch::Contains("is not an IP address"));
  CHECK_THAT(complaint<ip_address>("1:2"), Catch::Contains("fewer than eight groups"));
}

TEST_CASE("addresses are classified") {
  const auto ip = [](const char* text) { return ip_address::parse(text); };
  CHECK(ip("127.255.0.3").is_loopback());
  CHECK_FALSE(ip("128.0.0.1").is_loopback());
  CHECK(ip("0.0.0.0").is_any());
  CHECK(ip("224.0.0.1").is_multicast());
  CHECK(ip("239.255.255.255").is_multicast());
  CHECK_FALSE(ip("240.0.0.1").is_multicast());
  CHECK(ip("169.254.9.9").is_link_local());
  CHECK_FALSE(ip("169.253.9.9").is_link_local());
  CHECK(ip("::1").is_loopback());
  CHECK_FALSE(ip("::2").is_loopback());
  CHECK(ip("::").is_any());
  CHECK(ip("ff02::1").is_multicast());
  CHECK(ip("fe80::1").is_link_local());
  CHECK(ip("febf::1").is_link_local());
  CHECK_FALSE(ip("fec0::1").is_link_local());
  CHECK(ip("::ffff:10.0.0.1").is_v4_mapped());
  CHECK_FALSE(ip("::fffe:10.0.0.1").is_v4_mapped());
  CHECK_FALSE(ip("10.0.0.1").is_v4_mapped());
}

TEST_CASE("a mapped address gives the IPv4 address back") {
  CHECK(ip_address::parse("::ffff:10.0.0.1").unmapped() == ip_address::parse("10.0.0.1"));
  CHECK(ip_address::parse("::1").unmapped() == ip_address::parse("::1"));
  CHECK_FALSE(ipv6_address::loopback().to_v4().has_value());
}

TEST_CASE("addresses are ordered and hashed") {
  CHECK(ipv4_address(1, 2, 3, 4) < ipv4_address(1, 2, 4, 0));
  CHECK(ipv6_address::parse("::1") < ipv6_address::parse("1::"));
  CHECK(ipv6_address::parse("fe80::1%1") < ipv6_address::parse("fe80::1%2"));
  CHECK(ip_address::parse("255.0.0.0") < ip_address::parse("::"));
  std::unordered_set<ip_address> seen{ip_address::parse("::1"), ip_address::parse("10.0.0.1")};
  CHECK(seen.count(ip_address::parse("0::1")) == 1);
  CHECK(seen.count(ip_address::parse("10.0.0.2")) == 0);
  CHECK(std::unordered_set<ipv4_address>{ipv4_address::any()}.size() == 1);
  CHECK(std::unordered_set<ipv6_address>{ipv6_address::any()}.size() == 1);
}

TEST_CASE("random addresses come back from their text, and the system reads it alike") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  int wrong = 0;
  for (int round = 0; round < 5000; ++round) {
    ipv6_address::bytes_type bytes{};
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
      if (random() % 2 == 0) continue;  // many zero groups
      bytes[at] = static_cast<std::uint8_t>(random() % 3 == 0 ? 0 : random());
      bytes[at + 1] = static_cast<std::uint8_t>(random());
    }
    const ipv6_address v6(bytes);
    in6_addr system6;
    const bool read6 = ::inet_pton(AF_INET6, v6.to_string().c_str(), &system6) == 1;
    if (!read6 || !std::equal(bytes.begin(), bytes.end(), system6.s6_addr)) ++wrong;
    if (ipv6_address::try_parse(v6.to_string()) != v6) ++wrong;
    const ipv4_address v4(bytes[1], bytes[3], bytes[5], bytes[7]);
    if (ipv4_address::try_parse(v4.to_string()) != v4) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("damaged texts are accepted exactly if the system accepts them") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const char characters[] = "0123456789abcdefF:::...g ";
  unsigned char bytes[16];
  // Wine takes a byte with a zero before it, which no other system does.
  const bool lax = ::inet_pton(AF_INET6, "::1:01.2.3.4", bytes) == 1;
  const char* const starts[] = {"2001:db8::1:2", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8",
                                "10.20.30.40"};
  for (int round = 0; round < 20000; ++round) {
    std::string text = starts[random() % 4];
    for (unsigned change = random() % 4; change > 0; --change) {
      const std::size_t at = random() % text.size();
      text[at] = characters[random() % (sizeof characters - 1)];
      if (random() % 3 == 0) text.erase(random() % text.size(), 1);
      if (text.empty()) text.assign(1, ':');
    }
    const bool system4 = ::inet_pton(AF_INET, text.c_str(), bytes) == 1;
    const bool system6 = ::inet_pton(AF_INET6, text.c_str(), bytes) == 1;
    if (ipv4_address::try_parse(text).has_value() != system4) FAIL("IPv4: " << text);
    const bool ours6 = ipv6_address::try_parse(text).has_value();
    if (ours6 != system6 && !(lax && system6)) FAIL("IPv6: " << text);
  }
  SUCCEED();
}

}  // namespace
