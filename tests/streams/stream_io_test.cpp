// SPDX-License-Identifier: BSL-1.0
//
// Connections under traffic: both ways at once, trickles, floods, over-long lines, cancelled reads.
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/stream_errors.hpp"
#include "streams/stream_pair.hpp"
#include "support/coroutine_case.hpp"

namespace {

using rill_test::make_stream_pair;
using rill_test::stream_pair;

rill::coro<> send_text(rill::stream_writer& writer, const std::string& text) {
  writer.write(text);
  writer.write_eof();
  co_await writer.flush();
}

rill::coro<> trickle(rill::stream_writer& writer, std::string text) {
  for (const char letter : text) {
    writer.write(std::string_view(&letter, 1));
    co_await writer.flush();
  }
  writer.close();
}

}  // namespace

RILL_IO_TEST_CASE("a megabyte goes both ways at once through streams", "[stream_io]") {
  stream_pair pair = co_await make_stream_pair();
  const std::string there = rill_test::pattern(1 << 20);
  const std::string back = rill_test::pattern((1 << 20) + 777);
  auto sending = rill::create_task(send_text(pair.client.writer, there));
  auto answering = rill::create_task(send_text(pair.server.writer, back));
  auto reading = rill::create_task(pair.client.reader.read());
  const std::string arrived = co_await pair.server.reader.read();
  const std::string answer = co_await reading;
  co_await sending;
  co_await answering;
  CHECK(arrived == there);
  CHECK(answer == back);
}

RILL_IO_TEST_CASE("lines that trickle byte by byte are put together", "[stream_io]") {
  stream_pair pair = co_await make_stream_pair();
  auto writing =
      rill::create_task(trickle(pair.client.writer, "first line\r\nsecond line\r\nrest"));
  const std::string first = co_await pair.server.reader.readuntil("\r\n");
  CHECK(first == "first line\r\n");
  const std::string second = co_await pair.server.reader.readuntil("\r\n");
  CHECK(second == "second line\r\n");
  const std::string rest = co_await pair.server.reader.read();
  CHECK(rest == "rest");
  co_await writing;
}

RILL_IO_TEST_CASE("a flood costs nothing while nobody reads", "[stream_io]") {
  stream_pair pair = co_await make_stream_pair();
  pair.client.writer.write(std::string(8 << 20, 'f'));
  const std::string one = co_await pair.server.reader.read(1);
  CHECK(one == "f");
  co_await rill_test::yield_times(50);
  CHECK(pair.server.reader.buffered() <= 256 * 1024);
  pair.client.writer.abort();
}

RILL_IO_TEST_CASE("the line behind an over-long one is intact", "[stream_io]") {
  rill_test::connected_pair sockets = co_await rill_test::make_pair();
  rill::connection server(std::move(sockets.server), 1000);
  rill::connection client(std::move(sockets.client));
  client.writer.write(std::string(1000, 'a') + "\n" + std::string(1001, 'b') + "\nshort\n");
  client.writer.close();
  const std::string fits = co_await server.reader.readline();
  CHECK(fits.size() == 1001);
  std::size_t gone = 0;
  try {
    co_await server.reader.readline();
  } catch (const rill::limit_overrun_error& error) {
    gone = error.consumed();
  }
  CHECK(gone == 1002);
  const std::string next = co_await server.reader.readline();
  CHECK(next == "short\n");
}

RILL_IO_TEST_CASE("reads that are cancelled lose nothing", "[stream_io]") {
  stream_pair pair = co_await make_stream_pair();
  std::string sent;
  for (int i = 0; i < 200; ++i) {
    auto reading = rill::create_task(pair.server.reader.readline());
    co_await rill::yield();
    pair.client.writer.write("part");
    sent += "part";
    if (i % 3 == 0) co_await pair.client.writer.flush();
    if (i % 2 == 0) co_await rill_test::yield_times(2);
    reading.cancel();
    bool cancelled = false;
    try {
      co_await reading;
    } catch (const rill::cancelled_error&) {
      cancelled = true;
    }
    REQUIRE(cancelled);
  }
  pair.client.writer.write("\n");
  const std::string line = co_await pair.server.reader.readline();
  CHECK(line == sent + "\n");
}

RILL_IO_TEST_CASE("a connection needs a socket and a limit, and feeds itself", "[stream_io]") {
  CHECK_THROWS_AS(rill::connection(rill::socket()), rill::usage_error);
  rill_test::connected_pair sockets = co_await rill_test::make_pair();
  CHECK_THROWS_AS(rill::connection(std::move(sockets.client), 0), std::invalid_argument);
  stream_pair pair = co_await make_stream_pair();
  CHECK_THROWS_AS(pair.client.reader.feed_data("x"), rill::usage_error);
}
