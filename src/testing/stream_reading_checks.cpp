// SPDX-License-Identifier: BSL-1.0
// What readers promise.
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/streams/stream_errors.hpp"
#include "testing/stream_checks.hpp"

namespace rill::testing::detail {

coro<outcome> outcome_of_waiting(coro<> work) {
  outcome found = outcome::value;
  try {
    co_await std::move(work);
  } catch (const std::system_error&) {
    found = outcome::loss;
  } catch (const incomplete_read_error&) {
    found = outcome::end_of_stream;
  } catch (const limit_overrun_error&) {
    found = outcome::overrun;
  } catch (const usage_error&) {
    found = outcome::bad_use;
  } catch (const std::invalid_argument&) {
    found = outcome::bad_use;
  } catch (const cancelled_error&) {
    found = outcome::cancelled;
  }
  co_return found;
}

namespace {

coro<> read_up_to(connection& near, connection& far) {
  const std::string nothing = co_await far.reader.read(0);
  require_same(nothing, "", "read(0) gives nothing, at once");
  near.writer.write("abcdef");
  const std::string first = co_await far.reader.read(4);
  require(!first.empty() && first.size() <= 4, "read(4) gives one to four bytes");
  std::string rest = first;
  while (rest.size() < 6) {
    const std::string more = co_await far.reader.read(100);
    require(!more.empty(), "read() gives bytes while the stream is open");
    rest += more;
  }
  require_same(rest, "abcdef", "bytes come in the order written");
}

coro<> read_waits(connection& near, connection& far) {
  task<std::string> reading = create_task(far.reader.read(10));
  co_await some_turns();
  require(!reading.done(), "a read waits while nothing was written");
  near.writer.write("x");
  const std::string got = co_await reading;
  require_same(got, "x", "a read that waited gets what is written");
}

coro<> read_into_memory(connection& near, connection& far) {
  std::array<char, 8> room{};
  near.writer.write("0123456789");
  std::string got;
  while (got.size() < 10) {
    const std::size_t count = co_await far.reader.read_into(room);
    require(count > 0 && count <= room.size(), "read_into() gives one byte to a room full");
    got.append(room.data(), count);
  }
  require_same(got, "0123456789", "read_into() gives what was written");
}

coro<> read_lines(connection& near, connection& far) {
  near.writer.write("one\ntw");
  const std::string one = co_await far.reader.readline();
  require_same(one, "one\n", "readline() gives a line with its newline");
  task<std::string> second = create_task(far.reader.readline());
  co_await some_turns();
  require(!second.done(), "readline() waits for the newline");
  near.writer.write("o\nlast");
  const std::string two = co_await second;
  require_same(two, "two\n", "a line may come in pieces");
  near.writer.close();
  const std::string last = co_await far.reader.readline();
  require_same(last, "last", "readline() gives what is left at the end of the stream");
  const std::string end = co_await far.reader.readline();
  require_same(end, "", "then nothing");
  require(far.reader.at_eof(), "at_eof() behind the last line");
}

coro<> read_until(connection& near, connection& far) {
  near.writer.write("ab\rcd\r\nef--");
  const std::string first = co_await far.reader.readuntil("\r\n");
  require_same(first, "ab\rcd\r\n", "half a separator is no separator");
  std::vector<std::string> either;
  either.emplace_back("--");
  either.emplace_back("\r\n");
  const std::string second = co_await far.reader.readuntil(either);
  require_same(second, "ef--", "the first of several separators");
}

coro<> read_exactly(connection& near, connection& far) {
  const std::string much = some_bytes(300'000);
  task<std::string> reading = create_task(far.reader.readexactly(300'000));
  co_await near.writer.write_all(much);
  const std::string got = co_await reading;
  require_same(got, much, "readexactly() is not bound by the limit");
  near.writer.write("abc");
  near.writer.close();
  std::string partial;
  try {
    co_await far.reader.readexactly(5);
  } catch (const incomplete_read_error& error) {
    partial = error.partial();
  }
  require_same(partial, "abc", "a short end gives what has come");
}

coro<> read_peek(connection& near, connection& far) {
  near.writer.write("head:body");
  std::string seen;
  {
    const std::string_view view = co_await far.reader.peek(5);
    seen = view.substr(0, 5);
  }
  require_same(seen, "head:", "peek() shows what has come");
  far.reader.consume(5);
  const std::string rest = co_await far.reader.readexactly(4);
  require_same(rest, "body", "what was peeked at and not consumed is still there");
}

coro<> over_limit(connection& near, connection& far) {
  const std::string longer(far.reader.limit() + 10, 'y');
  task<> writing = create_task(near.writer.write_all(longer + "\nnext\n"));
  const outcome first = co_await outcome_of_waiting(without_value(far.reader.readuntil("\n")));
  require(first == outcome::overrun, "more than the limit without a separator is an error");
  require(far.reader.buffered() > far.reader.limit(), "which leaves the bytes where they are");
  const outcome again = co_await outcome_of_waiting(without_value(far.reader.readuntil("\n")));
  require(again == outcome::overrun, "each time");
  const std::string skipped =
      co_await far.reader.readexactly(static_cast<std::ptrdiff_t>(longer.size()) + 1);
  require_same(skipped, longer + "\n", "so that they can be read otherwise");
  const std::string next = co_await far.reader.readline();
  require_same(next, "next\n", "and the next line is whole");
  co_await writing;
}

coro<> read_cancelled(connection& near, connection& far) {
  near.writer.write("half ");
  task<std::string> reading = create_task(far.reader.readline());
  co_await some_turns();
  reading.cancel();
  const outcome ended = co_await outcome_of_waiting(without_value(std::move(reading)));
  require(ended == outcome::cancelled, "a read can be cancelled");
  near.writer.write("a line\n");
  const std::string line = co_await far.reader.readline();
  require_same(line, "half a line\n", "a cancelled read loses nothing");
}

coro<> two_readers(connection& near, connection& far) {
  task<std::string> reading = create_task(far.reader.read(1));
  co_await some_turns();
  const outcome second = co_await outcome_of_waiting(without_value(far.reader.read(1)));
  require(second == outcome::bad_use, "a second read at the same time is refused");
  near.writer.write("z");
  const std::string got = co_await reading;
  require_same(got, "z", "and does not disturb the first");
}

constexpr stream_check all_reading_checks[] = {
    {"read() gives what is there", &read_up_to},
    {"read() waits for the first byte", &read_waits},
    {"read_into() reads into memory of the caller", &read_into_memory},
    {"readline() gives lines", &read_lines},
    {"readuntil() finds separators in pieces", &read_until},
    {"readexactly() gives just so many", &read_exactly},
    {"peek() and consume() look into the buffer", &read_peek},
    {"the limit is an error that keeps the bytes", &over_limit},
    {"a cancelled read loses nothing", &read_cancelled},
    {"one reader at a time", &two_readers},
};

}  // namespace

std::span<const stream_check> reading_checks() { return all_reading_checks; }

}  // namespace rill::testing::detail
