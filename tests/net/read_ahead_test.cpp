// SPDX-License-Identifier: BSL-1.0
//
// Receives of sockets that let the reactor read ahead: the bytes, their order, and the bounds are
// those of plain ones.
#include <array>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/net/socket.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/socket_pair.hpp"
#include "support/system_limits.hpp"
#include "support/unix_sockets.hpp"

namespace {

using namespace std::chrono_literals;
using rill_test::connected_pair;
using rill_test::error_of;
using rill_test::make_pair;
using rill_test::pattern;
using rill_test::receive;
using rill_test::receive_to_the_end;
using rill_test::send_and_end;
using rill_test::was_cancelled;

// A pair whose server has received once, so that a reactor that reads ahead does so.
rill::coro<connected_pair> make_reading_pair() {
  connected_pair pair = co_await make_pair();
  pair.server.set_read_ahead(true);
  std::array<char, 8> buffer{};
  auto receiving = rill::create_task(receive(pair.server, buffer));
  co_await rill::yield();
  co_await pair.client.send_all("warm");
  co_await receiving;
  co_return std::move(pair);
}

rill::coro<std::string> receive_exactly(const rill::socket& from, std::size_t count) {
  std::string text(count, '\0');
  const std::size_t got = co_await from.recv_all(std::span<char>(text));
  text.resize(got);
  co_return text;
}

// How much a peer takes that does not receive.
rill::coro<std::size_t> fill(rill::socket& to, std::size_t most) {
  const std::string piece(64 * 1024, 'f');
  std::size_t sent = 0;
  while (sent < most) {
    auto sending = rill::create_task([&]() -> rill::coro<std::size_t> {
      const std::size_t count = co_await to.send(piece);
      co_return count;
    });
    for (int i = 0; i < 20 && !sending.done(); ++i) co_await rill::sleep(1ms);
    if (!sending.done()) {
      sending.cancel();
      const bool cancelled = co_await was_cancelled(sending);
      if (cancelled) break;
    }
    sent += sending.result();
  }
  co_return sent;
}

}  // namespace

RILL_IO_TEST_CASE("bytes that came before they were asked for are received in order",
                  "[read_ahead]") {
  connected_pair pair = co_await make_reading_pair();
  for (const char* piece : {"one", "two", "three"}) {
    co_await pair.client.send_all(piece);
    co_await rill::sleep(1ms);
  }
  const std::string some = co_await receive_exactly(pair.server, 2);
  CHECK(some == "on");
  pair.server.set_read_ahead(false);  // what is there already comes first nevertheless
  const std::string rest = co_await receive_exactly(pair.server, 9);
  CHECK(rest == "etwothree");
  std::array<char, 8> buffer{};
  auto waiting = rill::create_task(receive(pair.server, buffer));
  co_await rill::sleep(1ms);
  CHECK(!waiting.done());
  co_await pair.client.send_all("x");
  const std::size_t count = co_await waiting;
  CHECK(count == 1);
}

RILL_IO_TEST_CASE("a datagram call and a receive of nothing keep to the order", "[read_ahead]") {
  connected_pair pair = co_await make_reading_pair();
  co_await pair.client.send_all("abcdef");
  co_await rill::sleep(1ms);
  std::array<char, 3> three{};
  const std::size_t nothing = co_await pair.server.recv(std::span<char>());
  CHECK(nothing == 0);
  const rill::received_datagram datagram = co_await pair.server.recv_from(three);
  CHECK(std::string(three.data(), datagram.size) == "abc");
  CHECK(!datagram.truncated);
  const std::string rest = co_await receive_exactly(pair.server, 3);
  CHECK(rest == "def");
}

RILL_IO_TEST_CASE("the end of the stream follows the bytes, again and again", "[read_ahead]") {
  connected_pair pair = co_await make_reading_pair();
  co_await send_and_end(pair.client, "last words");
  co_await rill::sleep(1ms);
  const std::string all = co_await receive_to_the_end(pair.server, 4);
  CHECK(all == "last words");
  std::array<char, 4> buffer{};
  for (int i = 0; i < 3; ++i) {
    const std::size_t end = co_await pair.server.recv(buffer);
    CHECK(end == 0);
  }
}

RILL_IO_TEST_CASE("a reset while nobody receives is the next receive's error", "[read_ahead]") {
  if (rill_test::loses_resets()) co_return;
  connected_pair pair = co_await make_reading_pair();
  pair.client.set_reset_on_close();
  pair.client.close();
  co_await rill::sleep(1ms);
  std::array<char, 4> buffer{};
  auto receiving = rill::create_task(receive(pair.server, buffer));
  const std::error_code code = co_await error_of(receiving);
  CHECK(code == std::errc::connection_reset);
}

RILL_IO_TEST_CASE("a cancelled receive loses no byte that is read ahead", "[read_ahead]") {
  connected_pair pair = co_await make_reading_pair();
  std::array<char, 16> buffer{};
  std::string all;
  for (int i = 0; i < 50; ++i) {
    auto receiving = rill::create_task(receive(pair.server, buffer));
    co_await rill::yield();
    const char letter = static_cast<char>('a' + i % 26);
    co_await pair.client.send_all(std::string_view(&letter, 1));
    if (i % 3 == 1) co_await rill::sleep(1ms);
    receiving.cancel();
    const bool cancelled = co_await was_cancelled(receiving);
    if (!cancelled) all.append(buffer.data(), receiving.result());
  }
  pair.client.shutdown(rill::shutdown_side::write);
  all += co_await receive_to_the_end(pair.server, 16);
  std::string expected;
  for (int i = 0; i < 50; ++i) expected += static_cast<char>('a' + i % 26);
  CHECK(all == expected);
}

RILL_IO_TEST_CASE("megabytes in large and in small pieces arrive whole", "[read_ahead]") {
  const std::string text = pattern(3'000'000);
  for (const std::size_t piece : {std::size_t{64 * 1024}, std::size_t{4096}, std::size_t{1000}}) {
    connected_pair pair = co_await make_reading_pair();
    auto sending = rill::create_task(send_and_end(pair.client, text));
    const std::string all = co_await receive_to_the_end(pair.server, piece);
    CHECK((all == text));
    co_await sending;
  }
}

RILL_IO_TEST_CASE("a peer that goes from small messages to large ones and back loses nothing",
                  "[read_ahead]") {
  connected_pair pair = co_await make_reading_pair();
  const std::string large = pattern(20'000);
  for (int i = 0; i < 3; ++i) {
    co_await pair.client.send_all(large);
    const std::string all = co_await receive_exactly(pair.server, large.size());
    CHECK((all == large));
    for (int j = 0; j < 20; ++j) {
      const std::string small = pattern(static_cast<std::size_t>(j) + 1);
      std::array<char, 64> buffer{};
      auto receiving = rill::create_task(receive(pair.server, buffer));
      co_await rill::yield();
      co_await pair.client.send_all(small);
      const std::size_t count = co_await receiving;
      CHECK(std::string(buffer.data(), count) == small);
    }
  }
}

RILL_IO_TEST_CASE("a peer that floods a socket nobody reads from is held back", "[read_ahead]") {
  connected_pair pair = co_await make_reading_pair();
  pair.client.set_send_buffer(64 * 1024);
  pair.server.set_receive_buffer(64 * 1024);
  const std::size_t taken = co_await fill(pair.client, 64 << 20);
  CHECK(taken < (16 << 20));
  pair.client.shutdown(rill::shutdown_side::write);
  const std::string all = co_await receive_to_the_end(pair.server, 100'000);
  CHECK(all.size() == taken);
  CHECK(all.find_first_not_of('f') == std::string::npos);
}

RILL_IO_TEST_CASE("hundreds of sockets that are not read from harm none that is", "[read_ahead]") {
  std::vector<connected_pair> idle;
  for (int i = 0; i < 150; ++i) idle.push_back(co_await make_reading_pair());
  for (int round = 0; round < 3; ++round) {
    for (connected_pair& pair : idle) co_await pair.client.send_all("unread");
    co_await rill::sleep(1ms);
  }
  connected_pair busy = co_await make_reading_pair();
  for (int i = 0; i < 100; ++i) {
    co_await busy.client.send_all("ping");
    const std::string ping = co_await receive_exactly(busy.server, 4);
    REQUIRE(ping == "ping");
  }
  for (connected_pair& pair : idle) {
    const std::string unread = co_await receive_exactly(pair.server, 18);
    REQUIRE(unread == "unreadunreadunread");
  }
}

RILL_IO_TEST_CASE("closing a socket drops what was read ahead, and its handle starts anew",
                  "[read_ahead]") {
  for (int i = 0; i < 20; ++i) {
    connected_pair pair = co_await make_reading_pair();
    co_await pair.client.send_all("stale");
    if (i % 2 == 0) co_await rill::sleep(1ms);
    pair.server.close();
    connected_pair next = co_await make_reading_pair();
    co_await next.client.send_all("fresh");
    const std::string fresh = co_await receive_exactly(next.server, 5);
    REQUIRE(fresh == "fresh");
  }
}

RILL_IO_TEST_CASE("a handle that is read ahead is no handle to watch", "[read_ahead]") {
  if (rill_test::lacks_readiness(rill::event_loop::running().io())) co_return;
  connected_pair pair = co_await make_reading_pair();
  rill::event_loop& loop = rill::event_loop::running();
  bool refused = false;
  try {
    loop.add_reader(pair.server.native(), [] {});
    loop.remove_reader(pair.server.native());
  } catch (const std::system_error& error) {
    refused = error.code() == std::errc::device_or_resource_busy;
  }
  // An old kernel does not read ahead, nor do the reactors that tell readiness.
  if (rill_test::current_backend() != "io_uring") CHECK(!refused);
  co_await pair.client.send_all("still");
  const std::string still = co_await receive_exactly(pair.server, 5);
  CHECK(still == "still");
}

RILL_IO_TEST_CASE("the end right behind bytes is not lost", "[read_ahead]") {
  for (int i = 0; i < 10; ++i) {
    std::pair<rill::socket, rill::socket> ends = rill::socket_pair();
    ends.second.set_read_ahead(true);
    auto receiving = rill::create_task(receive_to_the_end(ends.second, 100));
    co_await rill::yield();
    co_await send_and_end(ends.first, "last words");
    const std::string got = co_await receiving;
    CHECK(got == "last words");
  }
}
