// SPDX-License-Identifier: BSL-1.0
//
// Options of datagram sockets: broadcast, groups, buffers. Everything stays on the loopback
// interface.
#include <net/if.h>

#include <array>
#include <stdexcept>
#include <string>
#include <system_error>

#include "rill/core/create_task.hpp"
#include "rill/net/socket.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/skip.hpp"
#include "support/socket_pair.hpp"

namespace {

using rill_test::error_of;

rill::socket bound(const char* address) {
  const rill::socket_address wanted = rill::socket_address::parse(address);
  rill::socket made(wanted.family(), rill::socket_type::datagram);
  made.set_reuse_address(true);
  made.bind(wanted);
  return made;
}

rill::coro<std::size_t> send(const rill::socket& from, rill::socket_address to) {
  const std::size_t sent = co_await from.send_to("hello", to);
  co_return sent;
}

rill::coro<std::string> text_from(const rill::socket& receiver) {
  std::array<char, 64> room{};
  const rill::received_datagram got = co_await receiver.recv_from(room);
  co_return std::string(room.data(), got.size);
}

/// Sends to the group by the loopback interface, and gives what each member received.
rill::coro<std::string> through_group(const char* any, const char* group) {
  const rill::ip_address joined = rill::ip_address::parse(group);
  const std::uint32_t loopback = if_nametoindex("lo");
  rill::socket member = bound(any);
  member.join_group(joined, loopback);
  rill::socket sender = bound(any);
  sender.set_multicast_interface(loopback);
  sender.set_multicast_hops(0);
  sender.set_multicast_loop(true);
  const rill::socket_address target(joined, member.local_address().port());
  co_await sender.send_to("to the group", target);
  std::string text = co_await text_from(member);
  member.leave_group(joined, loopback);
  co_return std::move(text);
}

}  // namespace

RILL_IO_TEST_CASE("a member of an IPv4 group gets what is sent to it", "[multicast]") {
  const std::string text = co_await through_group("0.0.0.0:0", "239.255.7.9");
  CHECK(text == "to the group");
}

RILL_IO_TEST_CASE("a member of an IPv6 group gets what is sent to it", "[multicast]") {
  std::string text;
  bool has_way = true;
  try {
    text = co_await through_group("[::]:0", "ff11::4242");
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::network_unreachable) throw;
    has_way = false;
  }
  if (!has_way) {
    rill_test::skip("no route to IPv6 groups on the loopback interface");
    co_return;
  }
  CHECK(text == "to the group");
}

RILL_IO_TEST_CASE("who has left a group gets nothing more of it", "[multicast]") {
  const rill::ip_address group = rill::ip_address::parse("239.255.7.10");
  const std::uint32_t loopback = if_nametoindex("lo");
  rill::socket member = bound("0.0.0.0:0");
  member.join_group(group, loopback);
  member.leave_group(group, loopback);
  CHECK_THROWS_AS(member.leave_group(group, loopback), std::system_error);
  rill::socket sender = bound("0.0.0.0:0");
  sender.set_multicast_interface(loopback);
  const std::uint16_t port = member.local_address().port();
  co_await sender.send_to("lost", rill::socket_address(group, port));
  co_await sender.send_to("direct", rill::socket_address(rill::ipv4_address::loopback(), port));
  const std::string first = co_await text_from(member);
  CHECK(first == "direct");
}

RILL_IO_TEST_CASE("what is no group of the socket's family is refused", "[multicast]") {
  rill::socket four = bound("0.0.0.0:0");
  rill::socket six = bound("[::]:0");
  CHECK_THROWS_AS(four.join_group(rill::ip_address::parse("10.0.0.1")), std::invalid_argument);
  CHECK_THROWS_AS(four.join_group(rill::ip_address::parse("ff11::1")), std::invalid_argument);
  CHECK_THROWS_AS(six.join_group(rill::ip_address::parse("239.1.2.3")), std::invalid_argument);
  CHECK_THROWS_AS(six.set_multicast_interface(1'000'000), std::system_error);
  co_return;
}

RILL_IO_TEST_CASE("a broadcast is an error until it is allowed", "[multicast]") {
  rill::socket sender = bound("0.0.0.0:0");
  const rill::socket_address everybody = rill::socket_address::parse("255.255.255.255:9");
  auto forbidden = rill::create_task(send(sender, everybody));
  const std::error_code refused = co_await error_of(forbidden);
  CHECK(refused == std::errc::permission_denied);
  sender.set_broadcast(true);
  // A machine without a network has no way for it; that is another error.
  auto allowed = rill::create_task(send(sender, everybody));
  const std::error_code sent = co_await error_of(allowed);
  CHECK(sent != std::errc::permission_denied);
}

RILL_IO_TEST_CASE("sizes of the system's buffers are set and told", "[multicast]") {
  rill::socket one = bound("127.0.0.1:0");
  one.set_receive_buffer(8192);
  one.set_send_buffer(16384);
  CHECK(one.receive_buffer() >= 8192);
  CHECK(one.receive_buffer() <= 2 * 8192);
  CHECK(one.send_buffer() >= 16384);
  CHECK(one.send_buffer() <= 2 * 16384);
  co_return;
}
