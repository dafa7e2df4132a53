// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/stream_reader.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/streams/stream_errors.hpp"
#include "streams/stream_pair.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"

namespace {

rill::coro<std::string> line_of(rill::stream_reader& reader) {
  std::string line = co_await reader.readline();
  co_return line;
}

template <class Task>
rill::coro<bool> overruns(Task task) {
  bool thrown = false;
  try {
    co_await std::move(task);
  } catch (const rill::limit_overrun_error&) {
    thrown = true;
  }
  co_return thrown;
}

}  // namespace

RILL_TEST_CASE("reading to the end joins the pieces", "[stream_reader]") {
  rill::stream_reader reader;
  reader.feed_data("one ");
  reader.feed_data("two");
  reader.feed_eof();
  const std::string all = co_await reader.read();
  CHECK(all == "one two");
  CHECK(reader.at_eof());
  const std::string nothing = co_await reader.read(10);
  CHECK(nothing.empty());
}

RILL_TEST_CASE("a read gives what there is, at most what was asked for", "[stream_reader]") {
  rill::stream_reader reader;
  reader.feed_data("abcdef");
  const std::string some = co_await reader.read(4);
  CHECK(some == "abcd");
  const std::string rest = co_await reader.read(4);
  CHECK(rest == "ef");
  const std::string none = co_await reader.read(0);
  CHECK(none.empty());
}

RILL_TEST_CASE("a line of exactly the limit passes, a longer one is thrown away",
               "[stream_reader]") {
  rill::stream_reader reader(7);
  reader.feed_data("1234567\n12345678\nnext\n");
  const std::string good = co_await reader.readline();
  CHECK(good == "1234567\n");
  const bool thrown = co_await overruns(reader.readline());
  CHECK(thrown);
  const std::string next = co_await reader.readline();
  CHECK(next == "next\n");
}

RILL_TEST_CASE("over the limit without a newline, what has come is thrown away",
               "[stream_reader]") {
  rill::stream_reader reader(7);
  auto reading = rill::create_task(line_of(reader));
  co_await rill::yield();
  reader.feed_data("123456789");
  const bool thrown = co_await overruns(std::move(reading));
  CHECK(thrown);
  CHECK(reader.buffered() == 0);
  reader.feed_data("ok\n");
  const std::string line = co_await reader.readline();
  CHECK(line == "ok\n");
}

RILL_TEST_CASE("the end of the stream ends a line, and then there is none", "[stream_reader]") {
  rill::stream_reader reader;
  reader.feed_data("first\nlast");
  reader.feed_eof();
  std::vector<std::string> lines;
  while (auto line = co_await reader.next_line()) lines.push_back(*line);
  CHECK(lines == std::vector<std::string>{"first\n", "last"});
}

RILL_TEST_CASE("a separator is found over pieces, after false starts", "[stream_reader]") {
  rill::stream_reader reader;
  for (const char* piece : {"aAA", "A", "BBA", "AB", "rest"}) reader.feed_data(piece);
  const std::string found = co_await reader.readuntil("AAB");
  CHECK(found == "aAAAB");
  CHECK(reader.buffered() == 8);
}

RILL_TEST_CASE("of several separators the earliest end wins", "[stream_reader]") {
  rill::stream_reader reader;
  reader.feed_data("one;two\r\nthree");
  const std::vector<std::string> separators{"\r\n", ";"};
  const std::string first = co_await reader.readuntil(separators);
  CHECK(first == "one;");
  const std::string second = co_await reader.readuntil(separators);
  CHECK(second == "two\r\n");
}

RILL_TEST_CASE("half a separator at the end is an incomplete read with all bytes",
               "[stream_reader]") {
  rill::stream_reader reader;
  reader.feed_data("some dataAA");
  reader.feed_eof();
  std::string partial;
  std::optional<std::size_t> expected = 1;
  try {
    co_await reader.readuntil("AAA");
  } catch (const rill::incomplete_read_error& error) {
    partial = error.partial();
    expected = error.expected();
  }
  CHECK(partial == "some dataAA");
  CHECK(!expected);
  CHECK(reader.buffered() == 0);
}

RILL_TEST_CASE("over the limit, readuntil keeps the data", "[stream_reader]") {
  rill::stream_reader reader(3);
  reader.feed_data("some dataAA");
  const bool not_found = co_await overruns(reader.readuntil("AAA"));
  CHECK(not_found);
  CHECK(reader.buffered() == 11);
  reader.feed_data("A");
  const bool too_late = co_await overruns(reader.readuntil("AAA"));
  CHECK(too_late);
  CHECK(reader.buffered() == 12);
}

RILL_IO_TEST_CASE("readexactly is not bound by the limit, and says what it has got",
                  "[stream_reader]") {
  rill_test::stream_pair pair = co_await rill_test::make_stream_pair(3);
  rill::stream_reader& reader = pair.server.reader;
  pair.client.writer.write("chunkchunk");
  const std::string exact = co_await reader.readexactly(9);
  CHECK(exact == "chunkchun");
  pair.client.writer.write_eof();
  std::string partial;
  std::optional<std::size_t> expected;
  try {
    co_await reader.readexactly(5);
  } catch (const rill::incomplete_read_error& error) {
    partial = error.partial();
    expected = error.expected();
  }
  CHECK(partial == "k");
  CHECK(expected == 5U);
}

RILL_TEST_CASE("a cancelled read leaves what has come", "[stream_reader]") {
  rill::stream_reader reader;
  reader.feed_data("half a li");
  auto reading = rill::create_task(line_of(reader));
  co_await rill::yield();
  reading.cancel();
  bool cancelled = false;
  try {
    co_await reading;
  } catch (const rill::cancelled_error&) {
    cancelled = true;
  }
  CHECK(cancelled);
  reader.feed_data("ne\n");
  const std::string line = co_await reader.readline();
  CHECK(line == "half a line\n");
}

RILL_TEST_CASE("two readers at once, and nonsense, are refused", "[stream_reader]") {
  rill::stream_reader reader;
  auto waiting = rill::create_task(line_of(reader));
  co_await rill::yield();
  std::string problem;
  try {
    co_await reader.readline();
  } catch (const rill::usage_error& error) {
    problem = error.what();
  }
  CHECK(!problem.empty());
  reader.feed_data("\n");
  co_await waiting;
  bool empty_refused = false;
  try {
    co_await reader.readuntil("");
  } catch (const std::invalid_argument&) {
    empty_refused = true;
  }
  CHECK(empty_refused);
  bool negative_refused = false;
  try {
    co_await reader.readexactly(-1);
  } catch (const std::invalid_argument&) {
    negative_refused = true;
  }
  CHECK(negative_refused);
  CHECK_THROWS_AS(rill::stream_reader(0), std::invalid_argument);
}
