// SPDX-License-Identifier: BSL-1.0
//
// Flow control, ends and losses of connections. Numbers in brackets are those of the list of
// conformance cases.
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/base/config.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/streams/stream_writer.hpp"
#include "rill/testing/virtual_run.hpp"
#include "streams/stream_pair.hpp"
#include "support/allocation_counter.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"
#include "support/skip.hpp"

namespace {

using namespace std::chrono_literals;
using rill_test::failure_of;
using rill_test::make_stream_pair;
using rill_test::stream_pair;
using rill_test::yield_times;

constexpr std::size_t more_than_fits = 16 << 20;

bool is_loss(std::error_code code) {
  return code == std::errc::connection_reset || code == std::errc::broken_pipe;
}

void reset(rill::stream_writer& writer) {
  writer.underlying_socket().set_reset_on_close();
  writer.abort();
}

rill::coro<> write_much(rill::stream_writer& to, std::size_t& written, std::size_t& peak) {
  const std::string piece(10'000, 'p');
  for (int i = 0; i < 3000; ++i) {
    to.write(piece);
    written += piece.size();
    if (to.write_buffer_size() > peak) peak = to.write_buffer_size();
    co_await to.drain();
  }
  to.close();
}

}  // namespace

RILL_IO_TEST_CASE("a message there and back allocates nothing", "[stream_flow]") {
  if (RILL_ASAN != 0 || !rill_test::counts_allocations()) {
    rill_test::skip("there is no pool here, or allocations are not counted");
    co_return;
  }
  stream_pair pair = co_await make_stream_pair();
  std::array<char, 64> room{};
  std::size_t before = 0;
  for (int i = 0; i < 300; ++i) {
    if (i == 200) before = rill_test::allocation_count();
    pair.client.writer.write("message");
    co_await pair.client.writer.drain();
    const std::size_t count = co_await pair.server.reader.read_into(room);
    REQUIRE(count == 7);
  }
  const std::size_t after = rill_test::allocation_count();
  CHECK(after == before);
}

RILL_IO_TEST_CASE("a peer that does not read holds the drain, not the memory", "[stream_flow]") {
  stream_pair pair = co_await make_stream_pair();
  std::size_t written = 0;
  std::size_t peak = 0;
  auto writing = rill::create_task(write_much(pair.client.writer, written, peak));
  co_await rill::sleep(100ms);
  CHECK(!writing.done());
  std::size_t arrived = 0;
  while (true) {
    const std::string some = co_await pair.server.reader.read(100'000);
    if (some.empty()) break;
    arrived += some.size();
  }
  co_await writing;
  CHECK(arrived == 30'000'000);
  CHECK(arrived == written);
  CHECK(peak <= 64 * 1024 + 10'000);
}

RILL_IO_TEST_CASE("ten drains end together, but for one that is cancelled [77]", "[stream_flow]") {
  stream_pair pair = co_await make_stream_pair();
  pair.client.writer.write(std::string(more_than_fits, 'x'));
  std::vector<rill::task<>> drains;
  for (int i = 0; i < 10; ++i) drains.push_back(rill::create_task(pair.client.writer.drain()));
  co_await yield_times(5);
  drains[3].cancel();
  co_await yield_times(2);
  CHECK(drains[3].cancelled());
  for (std::size_t i = 0; i < drains.size(); ++i) CHECK(drains[i].done() == (i == 3));
  auto reading = rill::create_task(pair.server.reader.readexactly(more_than_fits));
  co_await drains[0];
  for (std::size_t i = 0; i < drains.size(); ++i) CHECK(drains[i].done());
  CHECK(pair.client.writer.write_buffer_size() <= 16 * 1024);
  co_await pair.client.writer.flush();
  CHECK(pair.client.writer.write_buffer_size() == 0);
  const std::string all = co_await reading;
  CHECK(all == std::string(more_than_fits, 'x'));
}

RILL_IO_TEST_CASE("marks of zero make drain wait for everything", "[stream_flow]") {
  stream_pair pair = co_await make_stream_pair();
  rill::stream_writer& writer = pair.client.writer;
  CHECK(writer.write_buffer_limits().high == 64 * 1024);
  CHECK(writer.write_buffer_limits().low == 16 * 1024);
  writer.set_write_buffer_limits(0);
  writer.write("x");
  CHECK(writer.write_buffer_size() == 1);
  co_await writer.drain();
  CHECK(writer.write_buffer_size() == 0);
}

RILL_IO_TEST_CASE("half a close ends the peer's reads, and it can still answer", "[stream_flow]") {
  stream_pair pair = co_await make_stream_pair();
  CHECK(pair.client.writer.can_write_eof());
  pair.client.writer.write("question");
  pair.client.writer.write_eof();
  pair.client.writer.write_eof();
  const std::string question = co_await pair.server.reader.read();
  CHECK(question == "question");
  pair.server.writer.write("answer");
  pair.server.writer.close();
  const std::string answer = co_await pair.client.reader.read();
  CHECK(answer == "answer");
}

RILL_IO_TEST_CASE("those who wait for the close do so independently", "[stream_flow]") {
  stream_pair pair = co_await make_stream_pair();
  const std::string text = rill_test::pattern(more_than_fits);
  pair.client.writer.write(text);
  pair.client.writer.close();
  pair.client.writer.close();
  auto first = rill::create_task(pair.client.writer.wait_closed());
  auto second = rill::create_task(pair.client.writer.wait_closed());
  co_await yield_times(3);
  CHECK(!first.done());
  first.cancel();
  const std::string all = co_await pair.server.reader.read();
  CHECK(all == text);
  co_await second;
  CHECK(first.cancelled());
}

RILL_IO_TEST_CASE("closing with bytes unread completes, and they stay [78]", "[stream_flow]") {
  stream_pair pair = co_await make_stream_pair();
  pair.server.writer.write("never read");
  co_await pair.server.writer.flush();
  const std::string some = co_await pair.client.reader.readexactly(5);
  CHECK(some == "never");
  pair.client.writer.close();
  co_await pair.client.writer.wait_closed();
  const std::string rest = co_await pair.client.reader.read();
  CHECK(rest == " read");
}

RILL_IO_TEST_CASE("a read that waits ends when its own side closes", "[stream_flow]") {
  stream_pair pair = co_await make_stream_pair();
  auto reading = rill::create_task(pair.client.reader.readline());
  co_await yield_times(2);
  pair.client.writer.close();
  const std::string nothing = co_await reading;
  CHECK(nothing.empty());
  CHECK(pair.client.reader.at_eof());
  const std::string again = co_await pair.client.reader.read();
  CHECK(again.empty());
}

RILL_IO_TEST_CASE("a reset is an error of every later call", "[stream_flow]") {
  stream_pair pair = co_await make_stream_pair();
  auto reading = rill::create_task(failure_of(pair.client.reader.read()));
  co_await yield_times(2);
  reset(pair.server.writer);
  const std::error_code code = co_await reading;
  CHECK(code == std::errc::connection_reset);
  const std::error_code later = co_await failure_of(pair.client.reader.read(1));
  CHECK(later == std::errc::connection_reset);
  const std::error_code drained = co_await failure_of(pair.client.writer.drain());
  CHECK(drained == std::errc::connection_reset);
  const std::error_code closed = co_await failure_of(pair.client.writer.wait_closed());
  CHECK(closed == std::errc::connection_reset);
}

RILL_IO_TEST_CASE("waits for room learn of the loss", "[stream_flow]") {
  stream_pair pair = co_await make_stream_pair();
  pair.client.writer.write(std::string(more_than_fits, 'x'));
  auto draining = rill::create_task(failure_of(pair.client.writer.drain()));
  auto flushing = rill::create_task(failure_of(pair.client.writer.flush()));
  co_await yield_times(3);
  CHECK(!draining.done());
  reset(pair.server.writer);
  const std::error_code drained = co_await draining;
  CHECK(is_loss(drained));
  const std::error_code flushed = co_await flushing;
  CHECK(is_loss(flushed));
}

RILL_IO_TEST_CASE("writing and draining without a wait comes to the error", "[stream_flow]") {
  stream_pair pair = co_await make_stream_pair();
  reset(pair.server.writer);
  std::error_code code;
  for (int i = 0; i < 100'000 && !code; ++i) {
    code = co_await failure_of(pair.client.writer.write_all("into the void"));
  }
  CHECK(is_loss(code));
}

RILL_IO_TEST_CASE("an abort frees who waits, and says that bytes were lost", "[stream_flow]") {
  stream_pair pair = co_await make_stream_pair();
  pair.client.writer.write(std::string(more_than_fits, 'x'));
  auto draining = rill::create_task(failure_of(pair.client.writer.drain()));
  auto reading = rill::create_task(pair.client.reader.read());
  co_await yield_times(3);
  pair.client.writer.abort();
  const std::error_code code = co_await draining;
  CHECK(code == std::errc::connection_reset);
  const std::string nothing = co_await reading;
  CHECK(nothing.empty());
  co_await pair.client.writer.wait_closed();
  CHECK(pair.client.writer.write_buffer_size() == 0);
}

RILL_IO_TEST_CASE("writes after the close are dropped, and told from the fifth on",
                  "[stream_flow]") {
  stream_pair pair = co_await make_stream_pair();
  pair.client.writer.close();
  for (int i = 0; i < 4; ++i) pair.client.writer.write("lost");
  CHECK(rill::testing::take_reports().empty());
  pair.client.writer.write("lost");
  CHECK(rill::testing::take_reports().size() == 1);
  for (int i = 0; i < 1000; ++i) pair.client.writer.write("lost");
  CHECK(rill::testing::take_reports().size() < 12);
  const std::error_code code = co_await failure_of(pair.client.writer.drain());
  CHECK(code == std::errc::connection_reset);
}

RILL_IO_TEST_CASE("a writer that goes sends what is queued, and closes", "[stream_flow]") {
  stream_pair pair = co_await make_stream_pair();
  {
    rill::stream_writer leaving = std::move(pair.client.writer);
    leaving.write("farewell");
  }
  const std::string all = co_await pair.server.reader.read();
  CHECK(all == "farewell");
  CHECK_THROWS_AS(pair.client.writer.write("x"), rill::usage_error);
}

RILL_IO_TEST_CASE("the addresses of a connection are known after it, if asked for before",
                  "[stream_flow]") {
  stream_pair pair = co_await make_stream_pair();
  const rill::socket_address peer = pair.client.writer.peer_address();
  CHECK(peer == pair.server.writer.local_address());
  CHECK(pair.client.writer.get_extra_info("peername") == peer.to_string());
  CHECK(!pair.client.writer.get_extra_info("socket").empty());
  CHECK(pair.client.writer.get_extra_info("cipher").empty());
  pair.client.writer.close();
  CHECK(pair.client.writer.peer_address() == peer);
  CHECK(pair.client.writer.get_extra_info("sockname").empty());
  CHECK_THROWS_AS(pair.client.writer.underlying_socket(), rill::usage_error);
}

namespace {

rill::coro<> leave_streams_at_work(std::vector<rill::connection>& kept) {
  stream_pair first = co_await make_stream_pair();
  stream_pair second = co_await make_stream_pair();
  first.client.writer.write(std::string(more_than_fits, 'x'));
  second.client.writer.write(std::string(more_than_fits, 'x'));
  kept.push_back(std::move(second.client));
  kept.push_back(std::move(second.server));
  co_await first.client.reader.read();
}

}  // namespace

RILL_REACTOR_TEST_CASE("a loop can be closed with streams at work in it", "[stream_flow]") {
  std::vector<rill::connection> kept;
  {
    rill::event_loop loop(rill_test::backend_options());
    auto working = loop.create_task(leave_streams_at_work(kept));
    for (int i = 0; i < 20; ++i) loop.run_once();
    loop.close();
    CHECK(working.cancelled());
  }
  REQUIRE(kept.size() == 2);
  CHECK(kept.front().writer.is_closing());
}
