// SPDX-License-Identifier: BSL-1.0
//
// What is special of streams in memory; tests/testing/check_stream_test.cpp has all the rest.
#include "rill/streams/memory_stream.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/loop/run_errors.hpp"
#include "rill/testing/virtual_run.hpp"
#include "streams/stream_pair.hpp"
#include "support/coroutine_case.hpp"

namespace {

rill::coro<> read_what_nobody_writes() {
  rill::connection_pair pair = rill::memory_stream_pair();
  co_await pair.second.reader.readline();
}

rill::coro<> leaves_a_read_behind() {
  rill::connection_pair made = rill::memory_stream_pair();
  auto reading = rill::create_task(made.second.reader.read());
  made.first.writer.write(std::string(1 << 20, 'x'));
  co_await rill_test::yield_times(2);
  std::move(reading).detach();
}

}  // namespace

RILL_TEST_CASE("a capacity bounds what is on the way", "[memory_stream]") {
  rill::connection_pair pair = rill::memory_stream_pair(10);
  pair.first.writer.write("0123456789abcdef");
  co_await rill_test::yield_times(5);
  CHECK(pair.first.writer.write_buffer_size() == 6);
  const std::string some = co_await pair.second.reader.readexactly(12);
  CHECK(some == "0123456789ab");
  co_await pair.first.writer.flush();
  CHECK(pair.first.writer.write_buffer_size() == 0);
}

RILL_TEST_CASE("memory has no names and no socket", "[memory_stream]") {
  rill::connection_pair pair = rill::memory_stream_pair();
  CHECK(pair.first.writer.get_extra_info("peername").empty());
  CHECK(pair.first.writer.get_extra_info("socket").empty());
  CHECK(pair.first.writer.peer_address().family() == rill::address_family::none);
  CHECK_THROWS_AS(pair.first.writer.underlying_socket(), rill::usage_error);
  co_return;
}

RILL_TEST_CASE("streams of no capacity or limit are refused", "[memory_stream]") {
  CHECK_THROWS_AS(rill::memory_stream_pair(0), std::invalid_argument);
  CHECK_THROWS_AS(rill::memory_stream_pair(1, 0), std::invalid_argument);
  co_return;
}

TEST_CASE("a read that nobody can answer is a deadlock", "[memory_stream]") {
  CHECK_THROWS_AS(rill::testing::run_virtual(read_what_nobody_writes()), rill::deadlock_error);
}

TEST_CASE("a loop may be closed with streams in memory at work", "[memory_stream]") {
  CHECK_NOTHROW(rill::testing::run_virtual(leaves_a_read_behind()));
}
