// SPDX-License-Identifier: BSL-1.0
#include "rill/net/socket.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "support/allocation_counter.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/socket_pair.hpp"

namespace {

using rill_test::connect_to;
using rill_test::connected_pair;
using rill_test::error_of;
using rill_test::listening;
using rill_test::make_pair;
using rill_test::pattern;
using rill_test::receive;
using rill_test::receive_to_the_end;
using rill_test::send_and_end;

}  // namespace

RILL_IO_TEST_CASE("what is sent arrives, and the end of the stream is zero", "[socket]") {
  connected_pair pair = co_await make_pair();
  co_await pair.client.send_all("hello");
  std::array<char, 64> buffer{};
  const std::size_t first = co_await pair.server.recv(buffer);
  CHECK(std::string(buffer.data(), first) == "hello");
  pair.client.shutdown(rill::shutdown_side::write);
  const std::size_t end = co_await pair.server.recv(buffer);
  CHECK(end == 0);
  const std::size_t again = co_await pair.server.recv(buffer);
  CHECK(again == 0);
  // Half-close: the other direction still works.
  co_await pair.server.send_all("bye");
  const std::size_t answer = co_await pair.client.recv(buffer);
  CHECK(std::string(buffer.data(), answer) == "bye");
}

RILL_IO_TEST_CASE("IPv6 works as IPv4 does", "[socket]") {
  connected_pair pair = co_await make_pair("[::1]:0");
  CHECK(pair.client.peer_address() == pair.server.local_address());
  CHECK(pair.server.peer_address() == pair.client.local_address());
  co_await pair.client.send_all("x");
  std::array<char, 8> buffer{};
  const std::size_t count = co_await pair.server.recv(buffer);
  CHECK(count == 1);
}

RILL_IO_TEST_CASE("a receive that comes first waits for the bytes", "[socket]") {
  connected_pair pair = co_await make_pair();
  std::array<char, 8> buffer{};
  auto receiving = rill::create_task(receive(pair.server, buffer));
  co_await rill::yield();
  CHECK(!receiving.done());
  co_await pair.client.send_all("abc");
  const std::size_t count = co_await receiving;
  CHECK(std::string(buffer.data(), count) == "abc");
}

RILL_IO_TEST_CASE("a megabyte goes both ways at once, byte for byte", "[socket]") {
  connected_pair pair = co_await make_pair();
  const std::string there = pattern(1 << 20);
  const std::string back = pattern((1 << 20) + 12345);
  auto sending = rill::create_task(send_and_end(pair.client, there));
  auto answering = rill::create_task(send_and_end(pair.server, back));
  auto reading = rill::create_task(receive_to_the_end(pair.client, 5000));
  const std::string arrived = co_await receive_to_the_end(pair.server, 70'000);
  const std::string answer = co_await std::move(reading);
  co_await sending;
  co_await answering;
  CHECK(arrived == there);
  CHECK(answer == back);
}

RILL_IO_TEST_CASE("bytes that trickle are all received", "[socket]") {
  connected_pair pair = co_await make_pair();
  auto reading = rill::create_task(receive_to_the_end(pair.server, 16));
  for (int i = 0; i < 50; ++i) {
    co_await pair.client.send_all("z");
    co_await rill::yield();
  }
  pair.client.close();
  const std::string all = co_await std::move(reading);
  CHECK(all == std::string(50, 'z'));
}

RILL_IO_TEST_CASE("data and end that come together are both seen", "[socket]") {
  connected_pair pair = co_await make_pair();
  std::array<char, 64> buffer{};
  auto receiving = rill::create_task(receive(pair.server, buffer));
  co_await rill::yield();
  co_await pair.client.send_all("last words");
  pair.client.close();
  const std::size_t count = co_await receiving;
  CHECK(count == 10);
  const std::size_t end = co_await pair.server.recv(buffer);
  CHECK(end == 0);
}

RILL_IO_TEST_CASE("a reset by the peer is an error", "[socket]") {
  connected_pair pair = co_await make_pair();
  std::array<char, 8> buffer{};
  auto receiving = rill::create_task(receive(pair.server, buffer));
  co_await rill::yield();
  pair.client.set_reset_on_close();
  pair.client.close();
  const std::error_code code = co_await error_of(receiving);
  CHECK(code == std::errc::connection_reset);
}

RILL_IO_TEST_CASE("sending to a peer that is gone is an error, not a signal", "[socket]") {
  connected_pair pair = co_await make_pair();
  pair.client.set_reset_on_close();
  pair.client.close();
  std::error_code code;
  for (int i = 0; i < 100 && !code; ++i) {
    try {
      co_await pair.server.send_all("into the void");
    } catch (const std::system_error& error) {
      code = error.code();
    }
  }
  CHECK((code == std::errc::broken_pipe || code == std::errc::connection_reset));
}

RILL_IO_TEST_CASE("a refused connection says so", "[socket]") {
  rill::socket_address address;
  {
    const rill::socket listener = listening();
    address = listener.local_address();
  }
  rill::socket client;
  auto connecting = rill::create_task(connect_to(client, address));
  const std::error_code code = co_await error_of(connecting);
  CHECK(code == std::errc::connection_refused);
}

RILL_IO_TEST_CASE("a port in use says so, with the address", "[socket]") {
  const rill::socket listener = listening();
  rill::socket second(rill::address_family::ipv4, rill::socket_type::stream);
  std::string text;
  try {
    second.bind(listener.local_address());
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::address_in_use);
    text = error.what();
  }
  CHECK(text.find(listener.local_address().to_string()) != std::string::npos);
  co_return;
}

RILL_IO_TEST_CASE("many connections wait at once", "[socket]") {
  rill::socket listener = listening();
  std::vector<rill::socket> clients(100);
  std::vector<rill::socket> servers;
  std::vector<rill::task<>> connecting;
  for (rill::socket& client : clients) {
    connecting.push_back(rill::create_task(connect_to(client, listener.local_address())));
  }
  for (std::size_t i = 0; i < clients.size(); ++i) {
    rill::socket server = co_await listener.accept();
    servers.push_back(std::move(server));
  }
  for (auto& task : connecting) co_await task;
  for (rill::socket& client : clients) co_await client.send_all("hi");
  for (const rill::socket& server : servers) {
    std::array<char, 4> buffer{};
    const std::size_t count = co_await server.recv(buffer);
    REQUIRE(count == 2);
  }
}

RILL_IO_TEST_CASE("a round trip allocates nothing once it is warm", "[socket]") {
  connected_pair pair = co_await make_pair();
  std::array<char, 16> buffer{};
  std::size_t before = 0;
  for (int i = 0; i < 200; ++i) {
    if (i == 100) before = rill_test::allocation_count();
    const std::size_t sent = co_await pair.client.send(std::string_view("message"));
    REQUIRE(sent == 7);
    const std::size_t count = co_await pair.server.recv(buffer);
    REQUIRE(count == 7);
  }
  const std::size_t after = rill_test::allocation_count();
  CHECK(after == before);
}

RILL_IO_TEST_CASE("misuse is told in a sentence", "[socket]") {
  const rill::socket none;
  CHECK_THROWS_AS(none.local_address(), rill::usage_error);
  std::array<char, 4> buffer{};
  CHECK_THROWS_AS(static_cast<void>(none.recv(buffer)), rill::usage_error);
  co_return;
}

RILL_IO_TEST_CASE("a pair of sockets is a stream, or carries datagrams", "[socket]") {
  auto [one, other] = rill::socket_pair();
  co_await one.send_all("hello");
  one.close();
  char room[16];
  const std::size_t got = co_await other.recv_all(std::span(room));
  CHECK(std::string_view(room, got) == "hello");
  auto [left, right] = rill::socket_pair(rill::socket_type::datagram);
  co_await left.send("a");
  co_await left.send("bc");
  const std::size_t first = co_await right.recv(std::span(room));
  const std::size_t second = co_await right.recv(std::span(room));
  CHECK(first == 1);
  CHECK(second == 2);
}

TEST_CASE("a pair of sockets needs a loop", "[socket]") {
  CHECK_THROWS_AS(rill::socket_pair(), rill::usage_error);
}
