// SPDX-License-Identifier: BSL-1.0
//
// Files that are sent over streams.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/net/file.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/memory_stream.hpp"
#include "streams/damaged_file.hpp"
#include "streams/stream_pair.hpp"
#include "support/cancel_stages.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"
#include "support/socket_pair.hpp"
#include "support/temporary_folder.hpp"
#include "support/without_sendfile.hpp"

namespace {

using rill_test::error_of;
using rill_test::make_stream_pair;
using rill_test::must_throw;
using rill_test::pattern;
using rill_test::settle;
using rill_test::stream_pair;
using rill_test::temporary_folder;

constexpr std::size_t large = 3'000'000;

rill::coro<std::string> read_to_the_end(rill::stream_reader& from) {
  std::string all = co_await from.read();
  co_return std::move(all);
}

/// Bytes before, the file, bytes behind, the end.
rill::coro<> send_between(rill::stream_writer& to, rill::file& from, std::string before) {
  to.write(before);
  const std::int64_t sent = co_await to.send_file(from, 10, 2'000'000);
  CHECK(sent == 2'000'000);
  CHECK(from.tell() == 2'000'010);
  to.write("behind");
  to.write_eof();
}

rill::coro<> check_between(rill::connection& client, rill::connection& server) {
  const temporary_folder folder;
  const std::string content = pattern(large);
  rill::file from = co_await rill::open_file(folder.make("file", content));
  // More than socket and stream take at once.
  const std::string before(8 << 20, 'b');
  const auto sending =
      rill::create_task(send_between, std::ref(client.writer), std::ref(from), before);
  const std::string arrived = co_await read_to_the_end(server.reader);
  co_await sending;
  CHECK((arrived == before + content.substr(10, 2'000'000) + "behind"));
}

/// A file that is being sent to somebody who does not read.
struct sending_file {
  temporary_folder folder;
  const std::string content = pattern(20'000'000);
  rill::file from;
  std::optional<stream_pair> sockets;
  rill::task<std::int64_t> sending;
};

rill::coro<> begin(sending_file& at) {
  at.sockets.emplace(co_await make_stream_pair());
  at.from = co_await rill::open_file(at.folder.make("file", at.content));
  at.sending = rill::create_task(at.sockets->client.writer.send_file(at.from));
  co_await settle();
  CHECK(!at.sending.done());
}

}  // namespace

RILL_IO_TEST_CASE("what is written before and behind a file keeps its place [95]",
                  "[stream_send_file]") {
  stream_pair pair = co_await make_stream_pair();
  co_await check_between(pair.client, pair.server);
}

RILL_IO_TEST_CASE("a file goes in blocks where the system has no way", "[stream_send_file]") {
  const rill_test::without_sendfile none;
  stream_pair pair = co_await make_stream_pair();
  co_await check_between(pair.client, pair.server);
  const temporary_folder folder;
  rill::file from = co_await rill::open_file(folder.make("file", "content"));
  co_await must_throw<rill::send_file_not_available_error>(
      pair.server.writer.send_file(from, 0, {}, false));
}

RILL_IO_TEST_CASE("a file goes over streams that are no sockets", "[stream_send_file]") {
  rill::connection_pair pair = rill::memory_stream_pair();
  co_await check_between(pair.first, pair.second);
  const temporary_folder folder;
  rill::file from = co_await rill::open_file(folder.make("file", "content"));
  co_await must_throw<rill::send_file_not_available_error>(
      pair.second.writer.send_file(from, 0, {}, false));
}

RILL_IO_TEST_CASE("nobody else writes while a file is sent, which arrives whole [96]",
                  "[stream_send_file]") {
  sending_file at;
  co_await begin(at);
  rill::stream_writer& writer = at.sockets->client.writer;
  CHECK_THROWS_AS(writer.write("x"), rill::usage_error);
  CHECK_THROWS_AS(writer.write_eof(), rill::usage_error);
  CHECK_THROWS_AS(writer.write_all("x"), rill::usage_error);
  co_await must_throw<rill::usage_error>(writer.send_all("x"));
  co_await must_throw<rill::usage_error>(writer.send_all(std::string(100'000, 'x')));
  co_await must_throw<rill::usage_error>(writer.send_file(at.from));
  co_await writer.drain();
  // Closing waits for the file.
  const auto flushing = rill::create_task(writer.flush());
  writer.close();
  const auto closing = rill::create_task(writer.wait_closed());
  const std::string arrived = co_await read_to_the_end(at.sockets->server.reader);
  CHECK((arrived == at.content));
  const std::int64_t sent = co_await at.sending;
  CHECK(sent == 20'000'000);
  co_await flushing;
  co_await closing;
  co_await must_throw<rill::usage_error>(writer.send_file(at.from));
}

RILL_IO_TEST_CASE("a file that waits for what was written before keeps others out already",
                  "[stream_send_file]") {
  const temporary_folder folder;
  rill::file from = co_await rill::open_file(folder.make("file", "content"));
  stream_pair pair = co_await make_stream_pair();
  const std::string before(8 << 20, 'b');
  pair.client.writer.write(before);
  const auto sending = rill::create_task(pair.client.writer.send_file(from));
  co_await settle();
  CHECK(!sending.done());
  CHECK_THROWS_AS(pair.client.writer.write("x"), rill::usage_error);
  sending.cancel();
  co_await rill::yield();
  pair.client.writer.write("y");
  pair.client.writer.write_eof();
  const std::string arrived = co_await read_to_the_end(pair.server.reader);
  CHECK((arrived == before + "y"));
}

RILL_IO_TEST_CASE("a stream goes on behind a file whose sending was cancelled",
                  "[stream_send_file]") {
  sending_file at;
  co_await begin(at);
  at.sending.cancel();
  const bool cancelled = co_await rill_test::was_cancelled(at.sending);
  CHECK(cancelled);
  at.sockets->client.writer.write("behind");
  at.sockets->client.writer.write_eof();
  const std::string arrived = co_await read_to_the_end(at.sockets->server.reader);
  const auto sent = static_cast<std::size_t>(at.from.tell());
  CHECK(sent < at.content.size());
  CHECK((arrived == at.content.substr(0, sent) + "behind"));
}

RILL_IO_TEST_CASE("a peer that goes while it is sent a file closes the stream",
                  "[stream_send_file]") {
  sending_file at;
  co_await begin(at);
  at.sockets->server.writer.underlying_socket().set_reset_on_close();
  at.sockets->server.writer.abort();
  const std::error_code code = co_await error_of(at.sending);
  CHECK((code == std::errc::connection_reset || code == std::errc::broken_pipe));
  CHECK(at.sockets->client.writer.is_closing());
  CHECK(at.from.tell() > 0);
  CHECK(at.from.tell() < 20'000'000);
  const std::error_code later =
      co_await rill_test::failure_of(at.sockets->client.writer.wait_closed());
  CHECK(later == code);
}

RILL_IO_TEST_CASE("an abort ends the sending of a file with an error", "[stream_send_file]") {
  sending_file at;
  co_await begin(at);
  at.sockets->client.writer.abort();
  const std::error_code code = co_await error_of(at.sending);
  CHECK(code == std::errc::connection_reset);
}

RILL_IO_TEST_CASE("a file that cannot be read on leaves the stream as it is",
                  "[stream_send_file]") {
  if (rill_test::current_backend() == "io_uring") {
    rill_test::skip("the kernel reads by itself");
    co_return;
  }
  const temporary_folder folder;
  const rill_test::without_sendfile none;
  const rill_test::damaged_files damaged;
  stream_pair pair = co_await make_stream_pair();
  co_await rill_test::send_damaged_file(folder.make("file", pattern(100'000)), pair);
}
