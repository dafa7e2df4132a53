// SPDX-License-Identifier: BSL-1.0
//
// What programs on streams rely on: framing, limits of time, when a drain waits, and that a
// connection is closed on every way out.
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/combinators/wait_for.hpp"
#include "rill/core/async_generator.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/stream_reader.hpp"
#include "streams/stream_pair.hpp"
#include "support/coroutine_case.hpp"
#include "support/unix_sockets.hpp"

namespace {

using namespace std::chrono_literals;
using rill_test::make_stream_pair;
using rill_test::stream_pair;
using rill_test::yield_times;

enum class way_out { value, error, cancellation };

rill::coro<std::string> ask_and_leave(rill::connection asked, way_out way) {
  asked.writer.write("question\n");
  std::string answer = co_await asked.reader.readline();
  if (way == way_out::error) throw std::runtime_error("no use for the answer");
  if (way == way_out::cancellation) co_await rill::sleep(1h);
  co_return std::move(answer);
}

rill::async_generator<std::string> lines_of(rill::connection from) {
  while (auto line = co_await from.reader.next_line()) co_yield *line;
}

rill::coro<std::string> read_end(rill::connection& of) {
  std::string rest = co_await of.reader.read();
  co_return std::move(rest);
}

}  // namespace

RILL_IO_TEST_CASE("three writes are one text, in however many pieces it comes",
                  "[stream_manners]") {
  stream_pair pair = co_await make_stream_pair();
  pair.client.writer.write("one,");
  co_await pair.client.writer.flush();
  pair.client.writer.write("two,");
  pair.client.writer.write("three");
  pair.client.writer.close();
  std::string all;
  std::size_t pieces = 0;
  while (true) {
    const std::string piece = co_await pair.server.reader.read(100);
    if (piece.empty()) break;
    all += piece;
    ++pieces;
  }
  CHECK(all == "one,two,three");
  CHECK(pieces >= 1);
  CHECK(pieces <= 3);
  // The end is told again and again, without a wait.
  for (int i = 0; i < 3; ++i) {
    auto again = rill::create_task(pair.server.reader.read(100), {.eager_start = true});
    CHECK(again.done());
    const std::string nothing = co_await again;
    CHECK(nothing.empty());
  }
}

RILL_IO_TEST_CASE("a line that comes late is whole after reads that ran out of time",
                  "[stream_manners]") {
  stream_pair pair = co_await make_stream_pair();
  int out_of_time = 0;
  for (const char* piece : {"ha", "lf a ", "line"}) {
    pair.client.writer.write(piece);
    co_await pair.client.writer.flush();
    try {
      co_await rill::wait_for(pair.server.reader.readline(), 1s);
    } catch (const rill::timeout_error&) {
      ++out_of_time;
    }
  }
  CHECK(out_of_time == 3);
  pair.client.writer.write("\nnext\n");
  const std::string line = co_await pair.server.reader.readline();
  CHECK(line == "half a line\n");
  const std::string next = co_await pair.server.reader.readline();
  CHECK(next == "next\n");
}

RILL_IO_TEST_CASE("a drain waits above the high mark only, and then until the low one",
                  "[stream_manners]") {
  stream_pair pair = co_await make_stream_pair();
  rill::stream_writer& writer = pair.client.writer;
  // What the system takes is not in the queue.
  writer.set_write_buffer_limits(1 << 30, 0);
  writer.write(std::string(16 << 20, 'x'));
  co_await rill::sleep(10ms);
  const std::size_t queued = writer.write_buffer_size();
  REQUIRE(queued > 0);
  writer.set_write_buffer_limits(queued + 100, queued / 2);
  writer.write(std::string(100, 'y'));
  auto below = rill::create_task(writer.drain(), {.eager_start = true});
  CHECK(below.done());
  writer.write("z");
  auto above = rill::create_task(writer.drain(), {.eager_start = true});
  CHECK(!above.done());
  std::size_t taken = 0;
  while (!above.done()) {
    const std::string some = co_await pair.server.reader.read(10'000);
    taken += some.size();
  }
  CHECK(writer.write_buffer_size() <= queued / 2);
  CHECK(taken >= queued / 4);
  writer.abort();
}

RILL_IO_TEST_CASE("a connection is closed on every way out", "[stream_manners]") {
  for (const way_out way : {way_out::value, way_out::error, way_out::cancellation}) {
    stream_pair pair = co_await make_stream_pair();
    auto leaving = rill::create_task(ask_and_leave(std::move(pair.client), way));
    const std::string question = co_await pair.server.reader.readline();
    CHECK(question == "question\n");
    pair.server.writer.write("answer\n");
    co_await pair.server.writer.flush();
    if (way == way_out::cancellation) {
      co_await rill::sleep(1s);
      leaving.cancel();
    }
    const std::string end = co_await pair.server.reader.read();
    CHECK(end.empty());
    bool failed = false;
    try {
      co_await leaving;
    } catch (const std::runtime_error&) {
      failed = true;
    } catch (const rill::cancelled_error&) {
      failed = true;
    }
    CHECK(failed == (way != way_out::value));
  }
}

RILL_IO_TEST_CASE("a generator that nobody asks any more closes its connection",
                  "[stream_manners]") {
  stream_pair pair = co_await make_stream_pair();
  {
    rill::async_generator<std::string> lines = lines_of(std::move(pair.client));
    pair.server.writer.write("first\nsecond\n");
    const std::optional<std::string> first = co_await lines.next();
    CHECK(first == "first\n");
  }
  const std::string end = co_await pair.server.reader.read();
  CHECK(end.empty());
}

RILL_IO_TEST_CASE("writing behind the own end is refused, reading is not", "[stream_manners]") {
  stream_pair pair = co_await make_stream_pair();
  pair.client.writer.write_eof();
  CHECK_THROWS_AS(pair.client.writer.write("more"), rill::usage_error);
  pair.server.writer.write("still heard\n");
  const std::string line = co_await pair.client.reader.readline();
  CHECK(line == "still heard\n");
}

RILL_IO_TEST_CASE("a stream keeps going when its writer is moved about", "[stream_manners]") {
  stream_pair pair = co_await make_stream_pair();
  std::vector<rill::stream_writer> writers;
  writers.push_back(std::move(pair.client.writer));
  auto reading = rill::create_task(read_end(pair.server));
  for (int i = 0; i < 10; ++i) {
    rill::stream_writer moved = std::move(writers.back());
    writers.pop_back();
    moved.write("x");
    writers.push_back(std::move(moved));
    co_await rill::yield();
  }
  CHECK(!reading.done());
  writers.clear();
  const std::string all = co_await reading;
  CHECK(all == std::string(10, 'x'));
}

RILL_IO_TEST_CASE("the handle of a stream is watched by nobody else", "[stream_manners]") {
  if (rill_test::lacks_readiness(rill::event_loop::running().io())) co_return;
  stream_pair pair = co_await make_stream_pair();
  rill::event_loop& loop = rill::event_loop::running();
  const rill::native_handle handle = pair.client.writer.underlying_socket().native();
  CHECK_THROWS_AS(loop.add_reader(handle, [] {}), rill::usage_error);
  CHECK_THROWS_AS(loop.add_writer(handle, [] {}), rill::usage_error);
  pair.client.writer.abort();
  const auto [one, other] = rill::socket_pair();
  loop.add_writer(one.native(), [] {});
  CHECK(loop.remove_writer(one.native()));
}

RILL_IO_TEST_CASE("separators may be named in place", "[stream_manners]") {
  stream_pair pair = co_await make_stream_pair();
  pair.client.writer.writelines({"one;two", "\r\nthree"});
  auto first = pair.server.reader.readuntil({"\r\n", ";"});
  const std::string one = co_await std::move(first);
  auto second = pair.server.reader.readuntil({"\r\n", ";"});
  const std::string two = co_await std::move(second);
  CHECK(one == "one;");
  CHECK(two == "two\r\n");
}
