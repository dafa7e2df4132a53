// SPDX-License-Identifier: BSL-1.0
// What writers promise while the stream is open.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "testing/stream_checks.hpp"

namespace rill::testing::detail {

namespace {

constexpr std::size_t a_lot = 2 * 1024 * 1024;

/// In pieces of many sizes, with drain() behind each.
coro<> write_a_lot(stream_writer& to) {
  const std::string all = some_bytes(a_lot);
  std::size_t gone = 0;
  std::size_t piece = 1;
  while (gone < all.size()) {
    const std::string_view part = std::string_view(all).substr(gone, piece);
    to.write(part);
    co_await to.drain();
    gone += part.size();
    piece = piece * 7 % 70'001 + 1;
  }
}

coro<std::string> read_a_lot(stream_reader& from) {
  std::string all;
  std::ptrdiff_t piece = 1;
  while (all.size() < a_lot) {
    const std::string part = co_await from.read(piece);
    if (part.empty()) break;
    all += part;
    piece = piece * 5 % 50'021 + 1;
  }
  co_return all;
}

coro<> both_ways_at_once(connection& near, connection& far) {
  task<> there = create_task(write_a_lot(near.writer));
  task<> back = create_task(write_a_lot(far.writer));
  task<std::string> at_far = create_task(read_a_lot(far.reader));
  const std::string at_near = co_await read_a_lot(near.reader);
  const std::string got = co_await at_far;
  const std::string wanted = some_bytes(a_lot);
  require_same(at_near, wanted, "a large transfer arrives as it was sent");
  require_same(got, wanted, "a large transfer arrives as it was sent, while another runs back");
  co_await there;
  co_await back;
}

coro<> order_of_writes(connection& near, connection& far) {
  std::string wanted;
  std::vector<std::string> lines;
  for (int i = 0; i < 50; ++i) lines.push_back("line " + std::to_string(i) + "\n");
  for (const std::string& line : lines) wanted += line;
  near.writer.write("first\n");
  near.writer.writelines(lines);
  near.writer.write("");
  co_await near.writer.write_all("last\n");
  wanted = "first\n" + wanted + "last\n";
  const std::string got =
      co_await far.reader.readexactly(static_cast<std::ptrdiff_t>(wanted.size()));
  require_same(got, wanted, "writes keep their order, also empty ones");
}

coro<> send_without_copies(connection& near, connection& far) {
  const std::string much = some_bytes(a_lot);
  near.writer.write("before");
  task<std::string> reading =
      create_task(far.reader.readexactly(static_cast<std::ptrdiff_t>(a_lot) + 11));
  co_await near.writer.flush();
  task<> sending = create_task(near.writer.send_all(much));
  co_await some_turns(3);
  near.writer.write("after");
  co_await sending;
  const std::string got = co_await reading;
  require_same(got, "before" + much + "after", "send_all() stands between the writes around it");
}

coro<> send_cancelled(connection& near, connection& far) {
  const std::string much = some_bytes(too_much);
  task<> sending = create_task(near.writer.send_all(much));
  co_await some_turns();
  require(!sending.done(), "send_all() waits for a reader");
  sending.cancel();
  const outcome ended = co_await outcome_of_waiting(without_value(std::move(sending)));
  require(ended == outcome::cancelled, "send_all() can be cancelled");
  task<> draining = create_task(near.writer.drain());
  co_await some_turns();
  require(!draining.done(), "what a cancelled send_all() leaves holds drain() back");
  near.writer.write("behind");
  near.writer.close();
  const std::string got = co_await far.reader.read();
  require_same(got, much + "behind", "a cancelled send_all() leaves its bytes to the queue");
  co_await draining;
}

coro<> send_aborted(connection& near, connection&) {
  const std::string much = some_bytes(too_much);
  task<> sending = create_task(near.writer.send_all(much));
  co_await some_turns();
  near.writer.abort();
  const outcome ended = co_await outcome_of_waiting(without_value(std::move(sending)));
  require(ended == outcome::loss, "abort() ends a send_all() that waits, with an error");
}

coro<> held_back(connection& near, connection& far) {
  co_await near.writer.drain();
  near.writer.write(some_bytes(too_much));
  require(near.writer.write_buffer_size() > near.writer.write_buffer_limits().high,
          "write() takes what is given to it");
  task<> draining = create_task(near.writer.drain());
  task<> another = create_task(near.writer.drain());
  task<> withdrawn = create_task(near.writer.drain());
  co_await some_turns();
  require(!draining.done() && !another.done(), "drain() waits while nobody reads");
  withdrawn.cancel();
  const outcome ended = co_await outcome_of_waiting(without_value(std::move(withdrawn)));
  require(ended == outcome::cancelled, "a drain() can be cancelled");
  require(!draining.done() && !another.done(), "and the others wait on");
  const std::string got = co_await far.reader.readexactly(static_cast<std::ptrdiff_t>(too_much));
  require_same(got, some_bytes(too_much), "all bytes arrive in the end");
  co_await draining;
  co_await another;
  co_await near.writer.flush();
  require(near.writer.write_buffer_size() == 0, "flush() waits until nothing is queued");
}

coro<> other_limits(connection& near, connection&) {
  near.writer.set_write_buffer_limits(0);
  near.writer.write("x");
  co_await near.writer.drain();
  require(near.writer.write_buffer_size() == 0, "a high mark of zero: drain() waits for all");
  bool refused = false;
  try {
    near.writer.set_write_buffer_limits(1, 2);
  } catch (const std::invalid_argument&) {
    refused = true;
  }
  require(refused, "a low mark above the high one is refused");
}

constexpr stream_check all_writing_checks[] = {
    {"large transfers both ways at once", &both_ways_at_once},
    {"writes keep their order", &order_of_writes},
    {"send_all() sends in its place", &send_without_copies},
    {"a cancelled send_all() loses nothing", &send_cancelled},
    {"abort() ends a send_all()", &send_aborted},
    {"drain() holds the writer back", &held_back},
    {"water marks", &other_limits},
};

}  // namespace

std::span<const stream_check> writing_checks() { return all_writing_checks; }

}  // namespace rill::testing::detail
