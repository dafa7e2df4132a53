// SPDX-License-Identifier: BSL-1.0
#include "rill/testing/check_stream.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "rill/streams/pipe.hpp"
#include "streams/stream_pair.hpp"
#include "support/coroutine_case.hpp"

namespace {

using rill::connection;
using rill::connection_pair;

rill::coro<connection_pair> over_memory() { co_return rill::memory_stream_pair(); }

/// Little at a time.
rill::coro<connection_pair> over_narrow_memory() { co_return rill::memory_stream_pair(1021); }

rill::coro<connection_pair> over_tcp() {
  rill_test::stream_pair pair = co_await rill_test::make_stream_pair();
  connection_pair made{std::move(pair.client), std::move(pair.server)};
  co_return std::move(made);
}

rill::coro<connection_pair> over_unix() {
  std::pair<rill::socket, rill::socket> ends = rill::socket_pair();
  connection_pair made{connection(std::move(ends.first)), connection(std::move(ends.second))};
  co_return std::move(made);
}

rill::coro<connection_pair> over_pipes() {
  rill::pipe_streams there = rill::open_pipe();
  rill::pipe_streams back = rill::open_pipe();
  connection_pair made{connection(std::move(back.reader), std::move(there.writer)),
                       connection(std::move(there.reader), std::move(back.writer))};
  co_return std::move(made);
}

/// Loses a byte of all that is longer.
rill::coro<> pass_on(rill::stream_reader from, rill::stream_writer to) {
  while (true) {
    std::string text = co_await from.read(65536);
    if (text.empty()) break;
    if (text.size() > 3) text.pop_back();
    co_await to.write_all(text);
  }
}

}  // namespace

RILL_IO_TEST_CASE("streams over TCP keep all promises", "[check_stream]") {
  co_await rill::testing::check_stream(over_tcp);
}

RILL_IO_TEST_CASE("streams over Unix sockets keep all promises", "[check_stream]") {
  co_await rill::testing::check_stream(over_unix);
}

RILL_IO_TEST_CASE("streams over pipes keep all promises", "[check_stream]") {
  rill::testing::stream_traits traits;
  traits.one_object = false;
  co_await rill::testing::check_stream(over_pipes, traits);
}

RILL_TEST_CASE("streams in memory keep all promises", "[check_stream]") {
  co_await rill::testing::check_stream(over_memory);
}

RILL_TEST_CASE("streams in memory that take little keep all promises", "[check_stream]") {
  co_await rill::testing::check_stream(over_narrow_memory);
}

RILL_TEST_CASE("a stream that loses bytes is found out", "[check_stream]") {
  rill::task<> losing;
  const auto lossy = [&losing]() -> rill::coro<connection_pair> {
    connection_pair outer = rill::memory_stream_pair();
    connection_pair inner = rill::memory_stream_pair();
    losing =
        rill::create_task(pass_on(std::move(outer.second.reader), std::move(inner.first.writer)));
    connection_pair made{std::move(outer.first), connection(std::move(inner.second.reader),
                                                            std::move(outer.second.writer))};
    co_return std::move(made);
  };
  std::string found;
  try {
    co_await rill::testing::check_stream("readline() gives lines", lossy);
  } catch (const rill::testing::stream_check_error& error) {
    found = error.what();
  }
  losing.cancel();
  const bool cancelled = co_await rill_test::was_cancelled(losing);
  CHECK(cancelled);
  CHECK_THAT(found, Catch::Contains("readline() gives lines"));
}

RILL_TEST_CASE("a check that there is not is refused", "[check_stream]") {
  bool refused = false;
  try {
    co_await rill::testing::check_stream("no such", over_memory);
  } catch (const std::invalid_argument&) {
    refused = true;
  }
  CHECK(refused);
}
