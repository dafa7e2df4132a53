// SPDX-License-Identifier: BSL-1.0
#include "rill/net/sock_calls.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/socket_pair.hpp"
#include "support/system_limits.hpp"

// Numbers in brackets are those of docs/design/conformance.md.

namespace {

using rill_test::connected_pair;
using rill_test::make_pair;

rill::event_loop& loop() { return rill::event_loop::running(); }

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

rill::coro<std::string> receive_all_of(rill::native_handle handle, std::size_t size) {
  std::string all;
  while (all.size() < size) {
    const std::string some = co_await rill::sock_recv(loop(), handle, 64 * 1024);
    if (some.empty()) break;
    all += some;
  }
  co_return std::move(all);
}

rill::socket datagram_socket() {
  rill::socket made(rill::address_family::ipv4, rill::socket_type::datagram);
  made.bind(rill::socket_address::parse("127.0.0.1:0"));
  return made;
}

}  // namespace

RILL_IO_TEST_CASE("the calls send and receive on handles of others", "[sock_calls]") {
  connected_pair pair = co_await make_pair();
  co_await rill::sock_sendall(loop(), pair.client.native(), "hello");
  const std::string hello = co_await rill::sock_recv(loop(), pair.server.native(), 100);
  CHECK(hello == "hello");
  std::array<std::byte, 8> room{};
  std::size_t sent = 99;
  co_await rill::sock_sendall(loop(), pair.server.native(), bytes_of("abc"), &sent);
  CHECK(sent == 3);
  const std::size_t count = co_await rill::sock_recv_into(loop(), pair.client.native(), room);
  CHECK(count == 3);
  pair.client.shutdown(rill::shutdown_side::write);
  const std::string end = co_await rill::sock_recv(loop(), pair.server.native(), 100);
  CHECK(end.empty());
}

RILL_IO_TEST_CASE("accept and connect work on handles of others", "[sock_calls]") {
  const rill::socket listener = rill_test::listening();
  const rill::socket client(rill::address_family::ipv4, rill::socket_type::stream);
  auto accepting = rill::create_task(
      [](rill::native_handle handle) -> rill::coro<rill::socket> {
        rill::socket accepted = co_await rill::sock_accept(loop(), handle);
        co_return std::move(accepted);
      },
      listener.native());
  co_await rill::sock_connect(loop(), client.native(), listener.local_address());
  rill::socket server = co_await std::move(accepting);
  CHECK(server.peer_address() == client.local_address());
}

RILL_IO_TEST_CASE("a new receive follows a cancelled one on the same socket [107]",
                  "[sock_calls]") {
  connected_pair pair = co_await make_pair();
  auto first = rill::create_task(rill::sock_recv(loop(), pair.server.native(), 100));
  co_await rill::yield();
  first.cancel();
  auto second = rill::create_task(rill::sock_recv(loop(), pair.server.native(), 100));
  co_await rill::yield();
  co_await rill::sock_sendall(loop(), pair.client.native(), "for the second");
  const bool cancelled = co_await rill_test::was_cancelled(first);
  CHECK(cancelled);
  const std::string seen = co_await second;
  CHECK(seen == "for the second");

  const std::string much(8 << 20, 'm');
  std::size_t sent = 0;
  auto blocked =
      rill::create_task(rill::sock_sendall(loop(), pair.client.native(), bytes_of(much), &sent));
  for (int i = 0; i < 10; ++i) co_await rill::yield();
  CHECK(!blocked.done());
  blocked.cancel();
  auto next = rill::create_task(rill::sock_sendall(loop(), pair.client.native(), "!"));
  const bool gone = co_await rill_test::was_cancelled(blocked);
  CHECK(gone);
  const std::string all = co_await receive_all_of(pair.server.native(), sent + 1);
  co_await next;
  CHECK(all.size() == sent + 1);
  CHECK(all.back() == '!');
}

RILL_IO_TEST_CASE("a megabyte goes both ways on one socket [108]", "[sock_calls]") {
  connected_pair pair = co_await make_pair();
  const std::string there = rill_test::pattern(1 << 20);
  const std::string back = rill_test::pattern((1 << 20) + 3);
  auto sending = rill::create_task(rill::sock_sendall(loop(), pair.client.native(), there));
  auto answering = rill::create_task(rill::sock_sendall(loop(), pair.server.native(), back));
  auto reading = rill::create_task(receive_all_of(pair.client.native(), back.size()));
  const std::string arrived = co_await receive_all_of(pair.server.native(), there.size());
  const std::string answer = co_await reading;
  co_await sending;
  co_await answering;
  CHECK(arrived == there);
  CHECK(answer == back);
}

RILL_IO_TEST_CASE("a datagram is received with its sender, cut if there is no room",
                  "[sock_calls]") {
  const rill::socket one = datagram_socket();
  const rill::socket two = datagram_socket();
  const std::size_t sent =
      co_await rill::sock_sendto(loop(), one.native(), bytes_of("datagram"), two.local_address());
  CHECK(sent == 8);
  std::array<std::byte, 64> room{};
  const rill::received_datagram whole = co_await rill::sock_recvfrom(loop(), two.native(), room);
  CHECK(whole.size == 8);
  CHECK(whole.sender == one.local_address());
  CHECK(!whole.truncated);
  const std::size_t again = co_await one.send_to("too long", two.local_address());
  CHECK(again == 8);
  const rill::received_datagram cut = co_await two.recv_from(std::span(room).first(3));
  CHECK(cut.size == 3);
  CHECK(cut.truncated);
  const std::size_t nothing = co_await one.send_to("", two.local_address());
  CHECK(nothing == 0);
  const rill::received_datagram empty = co_await two.recv_from(room);
  CHECK(empty.size == 0);
  CHECK(empty.sender == one.local_address());
}

RILL_IO_TEST_CASE("datagrams sent just before their socket is closed arrive [105]",
                  "[sock_calls]") {
  const rill::socket receiver = datagram_socket();
  rill::socket sender = datagram_socket();
  co_await sender.send_to("first", receiver.local_address());
  co_await sender.send_to("second", receiver.local_address());
  sender.close();
  std::array<std::byte, 64> room{};
  const rill::received_datagram first = co_await receiver.recv_from(room);
  CHECK(first.size == 5);
  const rill::received_datagram second = co_await receiver.recv_from(room);
  CHECK(second.size == 6);
}

RILL_IO_TEST_CASE("receiving more than there is room for is refused, the datagram stays [109]",
                  "[sock_calls]") {
  const rill::socket one = datagram_socket();
  const rill::socket two = datagram_socket();
  co_await one.send_to("stays", two.local_address());
  std::array<std::byte, 10> room{};
  CHECK_THROWS_AS(
      static_cast<void>(rill::sock_recvfrom_into(loop(), two.native(), room, room.size() + 1)),
      std::invalid_argument);
  const rill::received_datagram got =
      co_await rill::sock_recvfrom_into(loop(), two.native(), room, room.size());
  CHECK(got.size == 5);
}

RILL_IO_TEST_CASE("a cancelled accept frees the listener [110]", "[sock_calls]") {
  rill::socket listener = rill_test::listening();
  const rill::socket_address address = listener.local_address();
  auto accepting = rill::create_task(
      [](rill::native_handle handle) -> rill::coro<> {
        const rill::socket accepted = co_await rill::sock_accept(loop(), handle);
        CHECK(accepted);
      },
      listener.native());
  co_await rill::yield();
  accepting.cancel();
  const bool cancelled = co_await rill_test::was_cancelled(accepting);
  CHECK(cancelled);
  listener.close();
  rill::socket client;
  auto connecting = rill::create_task(rill_test::connect_to(client, address));
  const std::error_code code = co_await rill_test::error_of(connecting);
  CHECK(code == std::errc::connection_refused);
}

RILL_IO_TEST_CASE("a handle that is forgotten ends what waits on it", "[sock_calls]") {
  connected_pair pair = co_await make_pair();
  const rill::native_handle handle = pair.server.native();
  auto reading = rill::create_task(rill::sock_recv(loop(), handle, 100));
  co_await rill::yield();
  rill::sock_forget(loop(), handle);
  const std::error_code code = co_await rill_test::error_of(reading);
  CHECK(code == std::errc::bad_file_descriptor);
}

RILL_IO_TEST_CASE("the twins that do not throw give the error as a value", "[sock_calls]") {
  if (rill_test::loses_resets()) co_return;
  connected_pair pair = co_await make_pair();
  auto sent = co_await pair.client.try_send(std::string_view("ok"));
  REQUIRE(sent);
  CHECK(sent.value() == 2);
  std::array<char, 8> room{};
  auto received = co_await pair.server.try_recv(room);
  REQUIRE(received);
  CHECK(received.value() == 2);
  pair.client.set_reset_on_close();
  pair.client.close();
  auto failed = co_await pair.server.try_recv(room);
  CHECK(!failed);
  CHECK_THROWS_AS(failed.value(), std::system_error);

  rill::socket listener = rill_test::listening();
  rill::socket client(rill::address_family::ipv4, rill::socket_type::stream);
  auto connected = co_await client.try_connect(listener.local_address());
  CHECK(connected);
  auto accepted = co_await listener.try_accept();
  REQUIRE(accepted);
  CHECK(accepted.value().peer_address() == client.local_address());
}

RILL_IO_TEST_CASE("receiving all ends with the room, or with the stream", "[sock_calls]") {
  connected_pair pair = co_await make_pair();
  std::array<char, 6> room{};
  auto receiving = rill::create_task(pair.server.recv_all(std::span<char>(room)));
  for (const char* piece : {"ab", "cd", "ef"}) {
    co_await rill::yield();
    co_await pair.client.send_all(std::string_view(piece));
  }
  const std::size_t full = co_await receiving;
  CHECK(full == 6);
  co_await pair.client.send_all("xy");
  pair.client.close();
  const std::size_t part = co_await pair.server.recv_all(std::span<char>(room));
  CHECK(part == 2);
}
