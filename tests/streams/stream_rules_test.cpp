// SPDX-License-Identifier: BSL-1.0
//
// The finer rules of reading: through sockets, on each reactor, and where the hand that feeds
// matters, by hand. Numbers in brackets are those of the list of conformance cases.
#include <array>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/streams/stream_errors.hpp"
#include "rill/streams/stream_reader.hpp"
#include "rill/testing/virtual_clock.hpp"
#include "streams/stream_pair.hpp"
#include "support/coroutine_case.hpp"

namespace {

using rill::stream_reader;
using rill_test::stream_pair;

/// Sends what is to be read, and lets the reader have it.
rill::coro<> feed(stream_pair& pair, std::string_view data) {
  co_await pair.client.writer.write_all(data);
  co_await pair.client.writer.flush();
  co_await rill::testing::wait_all_tasks_blocked();
}

rill::coro<std::size_t> read_into(stream_reader& reader, std::span<char> room) {
  const std::size_t count = co_await reader.read_into(room);
  co_return count;
}

/// How many bytes the limit_overrun_error of a read tells, or -1 if it throws none.
rill::coro<long> overrun_of(rill::coro<std::string> read) {
  long consumed = -1;
  try {
    co_await std::move(read);
  } catch (const rill::limit_overrun_error& error) {
    consumed = static_cast<long>(error.consumed());
  }
  co_return consumed;
}

/// The partial bytes of the incomplete_read_error of a read.
rill::coro<std::string> partial_of(rill::coro<std::string> read) {
  std::string partial = "none thrown";
  try {
    co_await std::move(read);
  } catch (const rill::incomplete_read_error& error) {
    partial = error.partial();
    if (error.expected()) partial += " of " + std::to_string(*error.expected());
  }
  co_return partial;
}

}  // namespace

RILL_IO_TEST_CASE("reading to the end waits for it [71]", "[stream_rules]") {
  stream_pair pair = co_await rill_test::make_stream_pair();
  auto reading = rill::create_task(pair.server.reader.read());
  co_await feed(pair, "chunk1 ");
  co_await feed(pair, "chunk2");
  CHECK(!reading.done());
  pair.client.writer.write_eof();
  const std::string all = co_await reading;
  CHECK(all == "chunk1 chunk2");
  const std::string again = co_await pair.server.reader.read();
  CHECK(again.empty());
}

RILL_TEST_CASE("a read into memory of the caller takes what fits", "[stream_rules]") {
  stream_reader reader;
  std::array<char, 4> room{};
  auto waiting = rill::create_task(read_into(reader, room));
  co_await rill::yield();
  reader.feed_data("abcdef");
  const std::size_t first = co_await waiting;
  CHECK(std::string(room.data(), first) == "abcd");
  const std::size_t second = co_await reader.read_into(room);
  CHECK(std::string(room.data(), second) == "ef");
  const std::size_t none = co_await reader.read_into(std::span<char>());
  CHECK(none == 0);
  reader.feed_eof();
  const std::size_t end = co_await reader.read_into(room);
  CHECK(end == 0);
}

RILL_TEST_CASE("a loop over lines ends with the stream", "[stream_rules]") {
  stream_reader reader;
  reader.feed_data("a\n\nb\nc");
  reader.feed_eof();
  std::vector<std::string> lines;
  while (auto line = co_await reader.next_line()) lines.push_back(*line);
  const std::vector<std::string> wanted{"a\n", "\n", "b\n", "c"};
  CHECK(lines == wanted);
}

RILL_IO_TEST_CASE("the limit holds for lines that come while one waits [72]", "[stream_rules]") {
  stream_pair pair = co_await rill_test::make_stream_pair(7);
  stream_reader& reader = pair.server.reader;
  auto fitting = rill::create_task(reader.readline());
  co_await feed(pair, "1234567");
  CHECK(!fitting.done());
  co_await feed(pair, "\n");
  const std::string fits = co_await fitting;
  CHECK(fits == "1234567\n");

  auto late = rill::create_task(overrun_of(reader.readline()));
  co_await feed(pair, "12345678\nnext\n");
  const long gone = co_await late;
  CHECK(gone == 9);
  const std::string next = co_await reader.readline();
  CHECK(next == "next\n");

  // Without a newline yet, all that is there is thrown away.
  auto endless = rill::create_task(overrun_of(reader.readline()));
  co_await feed(pair, "123456789abc");
  const long all = co_await endless;
  CHECK(all == 12);
  CHECK(reader.buffered() == 0);
  co_await feed(pair, "rest\nnext\n");
  const std::string rest = co_await reader.readline();
  CHECK(rest == "rest\n");
}

RILL_IO_TEST_CASE("a separator in pieces leaves nothing behind [73]", "[stream_rules]") {
  stream_pair pair = co_await rill_test::make_stream_pair();
  auto reading = rill::create_task(pair.server.reader.readuntil("abcd"));
  const std::vector<std::string> pieces{"xxab", "cab", "c"};
  for (const std::string& piece : pieces) {
    co_await feed(pair, piece);
    CHECK(!reading.done());
  }
  co_await feed(pair, "d");
  const std::string all = co_await reading;
  CHECK(all == "xxabcabcd");
  CHECK(pair.server.reader.buffered() == 0);
}

RILL_IO_TEST_CASE("the end after half a separator empties the buffer [74]", "[stream_rules]") {
  stream_pair pair = co_await rill_test::make_stream_pair();
  stream_reader& reader = pair.server.reader;
  auto reading = rill::create_task(partial_of(reader.readuntil("AAA")));
  co_await feed(pair, "some dataA");
  pair.client.writer.write_eof();
  const std::string partial = co_await reading;
  CHECK(partial == "some dataA");
  CHECK(reader.buffered() == 0);
  CHECK(reader.at_eof());
}

RILL_IO_TEST_CASE("not found within the limit, then found too late [75]", "[stream_rules]") {
  stream_pair pair = co_await rill_test::make_stream_pair(3);
  stream_reader& reader = pair.server.reader;
  auto reading = rill::create_task(overrun_of(reader.readuntil("AA")));
  co_await feed(pair, "some dataA");
  const long skippable = co_await reading;
  CHECK(skippable == 9);
  CHECK(reader.buffered() == 10);
  const std::string skipped = co_await reader.readexactly(skippable);
  CHECK(skipped == "some data");
  co_await feed(pair, "A");
  const std::string separator = co_await reader.readuntil("AA");
  CHECK(separator == "AA");

  auto late = rill::create_task(overrun_of(reader.readuntil("AA")));
  co_await feed(pair, "some dataAA");
  const long start = co_await late;
  CHECK(start == 9);
  CHECK(reader.buffered() == 11);
}

RILL_TEST_CASE("the complete separator wins over the end", "[stream_rules]") {
  stream_reader reader;
  reader.feed_data("data--tail");
  reader.feed_eof();
  const std::string data = co_await reader.readuntil("--");
  CHECK(data == "data--");
  const std::string tail = co_await partial_of(reader.readuntil("--"));
  CHECK(tail == "tail");
}

RILL_IO_TEST_CASE("too few bytes before the end are in the error [76]", "[stream_rules]") {
  stream_pair pair = co_await rill_test::make_stream_pair();
  stream_reader& reader = pair.server.reader;
  auto reading = rill::create_task(partial_of(reader.readexactly(5)));
  co_await feed(pair, "123");
  CHECK(!reading.done());
  pair.client.writer.write_eof();
  const std::string partial = co_await reading;
  CHECK(partial == "123 of 5");
  CHECK(reader.buffered() == 0);
  const std::string none = co_await reader.readexactly(0);
  CHECK(none.empty());
}

RILL_TEST_CASE("bytes fed in the turn of the cancellation are not lost", "[stream_rules]") {
  stream_reader reader;
  auto reading = rill::create_task(reader.read(10));
  co_await rill::yield();
  reader.feed_data("data");
  reading.cancel();
  std::string seen;
  try {
    seen = co_await reading;
  } catch (const rill::cancelled_error&) {
    seen.clear();
  }
  if (seen.empty()) seen = co_await reader.read(10);
  CHECK(seen == "data");
}

RILL_TEST_CASE("an error that was fed comes out of every later read", "[stream_rules]") {
  stream_reader reader;
  reader.feed_data("left over");
  auto reading = rill::create_task(reader.readexactly(100));
  co_await rill::yield();
  reader.set_exception(std::make_exception_ptr(std::domain_error("gone")));
  for (int i = 0; i < 2; ++i) {
    std::string text;
    try {
      if (i == 0) co_await reading;
      if (i == 1) co_await reader.read(1);
    } catch (const std::domain_error& error) {
      text = error.what();
    }
    CHECK(text == "gone");
  }
}

RILL_TEST_CASE("setting an error while the waiting read is cancelled does no harm",
               "[stream_rules]") {
  stream_reader reader;
  auto reading = rill::create_task(reader.read(1));
  co_await rill::yield();
  reading.cancel();
  reader.set_exception(std::make_exception_ptr(std::domain_error("gone")));
  bool cancelled = false;
  try {
    co_await reading;
  } catch (const rill::cancelled_error&) {
    cancelled = true;
  }
  CHECK(cancelled);
}

RILL_TEST_CASE("a reader may go while its read waits", "[stream_rules]") {
  auto reader = std::make_unique<stream_reader>();
  auto reading = rill::create_task(reader->readline());
  co_await rill::yield();
  reader.reset();
  co_await rill::yield();
  CHECK(!reading.done());
  reading.cancel();
  bool cancelled = false;
  try {
    co_await reading;
  } catch (const rill::cancelled_error&) {
    cancelled = true;
  }
  CHECK(cancelled);
}

RILL_TEST_CASE("a reader that was moved from, or has seen the end, refuses", "[stream_rules]") {
  stream_reader reader;
  stream_reader other = std::move(reader);
  CHECK_THROWS_AS(reader.read(), rill::usage_error);  // NOLINT(bugprone-use-after-move)
  other.feed_eof();
  CHECK_THROWS_AS(other.feed_data("x"), rill::usage_error);
  co_return;
}
