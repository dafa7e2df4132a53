// SPDX-License-Identifier: BSL-1.0
// How streams end: half-close, close, abort, and a peer that has gone.
#include <cstddef>
#include <string>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "testing/stream_checks.hpp"

namespace rill::testing::detail {

namespace {

coro<> half_close(connection& near, connection& far) {
  require(near.writer.can_write_eof(), "can_write_eof()");
  near.writer.write("question");
  near.writer.write_eof();
  near.writer.write_eof();
  const std::string question = co_await far.reader.read();
  require_same(question, "question", "write_eof() ends the peer's reads behind what was written");
  co_await far.writer.write_all("answer");
  far.writer.close();
  const std::string answer = co_await near.reader.read();
  require_same(answer, "answer", "and the peer can still write");
  bool refused = false;
  try {
    near.writer.write("more");
  } catch (const usage_error&) {
    refused = true;
  }
  require(refused, "write() after write_eof() is refused");
}

coro<> close_flushes(connection& near, connection& far) {
  const std::string much = some_bytes(300'000);
  near.writer.write(much);
  near.writer.close();
  near.writer.close();
  require(near.writer.is_closing(), "is_closing()");
  const std::string got = co_await far.reader.read();
  require_same(got, much, "close() sends what is queued");
  co_await near.writer.wait_closed();
  co_await near.writer.wait_closed();
  near.writer.write("dropped");
}

coro<> close_with_unread_input(connection& near, connection& far) {
  co_await far.writer.write_all("nobody reads this");
  co_await some_turns();
  near.writer.close();
  co_await near.writer.wait_closed();
}

coro<> close_ends_reads(connection& near, connection&) {
  task<std::string> reading = create_task(near.reader.read(1));
  co_await some_turns();
  near.writer.close();
  const std::string got = co_await reading;
  require_same(got, "", "close() ends a read that waits, with the end of the stream");
}

coro<> end_stays(connection& near, connection& far) {
  near.writer.write("x");
  near.writer.close();
  const std::string all = co_await far.reader.read();
  require_same(all, "x", "bytes before the end are read");
  for (int i = 0; i < 3; ++i) {
    const std::string end = co_await far.reader.read(1);
    require_same(end, "", "at the end each read gives nothing, at once");
  }
  require(far.reader.at_eof(), "at_eof()");
}

coro<> write_on_and_on(stream_writer& to) {
  const std::string piece = some_bytes(100'000);
  for (int i = 0; i < 1000; ++i) {
    to.write(piece);
    co_await to.drain();
  }
}

coro<> peer_gone(connection& near, connection& far) {
  far.writer.abort();
  {
    const stream_reader dropped = std::move(far.reader);
  }
  co_await some_turns();
  const outcome ended = co_await outcome_of_waiting(write_on_and_on(near.writer));
  require(ended == outcome::loss, "writing to a peer that has gone ends with a system_error");
}

coro<> peer_goes_while_held(connection& near, connection& far) {
  near.writer.write(some_bytes(too_much));
  task<> draining = create_task(near.writer.drain());
  co_await some_turns();
  require(!draining.done(), "drain() waits while nobody reads");
  far.writer.abort();
  {
    const stream_reader dropped = std::move(far.reader);
  }
  const outcome ended = co_await outcome_of_waiting(without_value(std::move(draining)));
  require(ended == outcome::loss, "a drain() that waits is told when the peer goes");
}

coro<> abort_drops(connection& near, connection&) {
  near.writer.write(some_bytes(too_much));
  task<> draining = create_task(near.writer.drain());
  co_await some_turns();
  near.writer.abort();
  const outcome ended = co_await outcome_of_waiting(without_value(std::move(draining)));
  require(ended == outcome::loss, "abort() ends a drain() that waits, with an error");
  require(near.writer.write_buffer_size() == 0, "and nothing is queued any more");
  co_await near.writer.wait_closed();
}

coro<> dropped(connection& near, connection& far) {
  near.writer.write("last words");
  {
    const stream_writer gone = std::move(near.writer);
    const stream_reader gone_as_well = std::move(near.reader);
  }
  const std::string got = co_await far.reader.read();
  require_same(got, "last words", "a stream that is dropped sends what is queued, and ends");
}

coro<> wait_closed_cancelled(connection& near, connection&) {
  task<> first = create_task(near.writer.wait_closed());
  task<> second = create_task(near.writer.wait_closed());
  co_await some_turns();
  require(!first.done(), "wait_closed() waits while the stream is open");
  first.cancel();
  const outcome ended = co_await outcome_of_waiting(without_value(std::move(first)));
  require(ended == outcome::cancelled, "a wait_closed() can be cancelled");
  near.writer.close();
  co_await second;
}

constexpr stream_check all_ending_checks[] = {
    {"write_eof() ends one half", &half_close, true},
    {"close() sends what is queued", &close_flushes},
    {"close() with input unread", &close_with_unread_input},
    {"close() ends a read that waits", &close_ends_reads, false, true},
    {"the end stays the end", &end_stays},
    {"a peer that has gone is an error to the writer", &peer_gone},
    {"a peer that goes frees who waits to write", &peer_goes_while_held},
    {"abort() drops what is queued", &abort_drops},
    {"a dropped stream is closed", &dropped},
    {"each wait_closed() is its own", &wait_closed_cancelled},
};

}  // namespace

std::span<const stream_check> ending_checks() { return all_ending_checks; }

}  // namespace rill::testing::detail
