// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/stream_reader_protocol.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/net/file.hpp"
#include "rill/streams/create_connection.hpp"
#include "rill/testing/check_stream.hpp"
#include "rill/testing/virtual_run.hpp"
#include "streams/recording_protocol.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"
#include "support/system_limits.hpp"
#include "support/temporary_folder.hpp"
#include "support/veiled_transport.hpp"

namespace {

using rill::connection;
using rill::connection_pair;
using rill::coro;
using rill::create_connection;
using rill::stream_reader_protocol;
using rill_test::connected_pair;
using rill_test::let_run;
using rill_test::make_pair;
using rill_test::pattern;
using rill_test::receive_to_the_end;

coro<connection> over_a_transport(rill::socket connected) {
  const auto factory = [] { return std::make_unique<stream_reader_protocol>(); };
  auto [transport, protocol] = co_await create_connection(factory, std::move(connected));
  co_return protocol->take_connection();
}

coro<connection> over_a_veil(rill::socket connected) {
  const auto factory = [] { return std::make_shared<rill_test::veiling_protocol>('\x5a'); };
  auto [transport, protocol] = co_await create_connection(factory, std::move(connected));
  co_return rill::open_streams(protocol->upper());
}

coro<connection_pair> over_transports() {
  connected_pair sockets = co_await make_pair();
  connection first = co_await over_a_transport(std::move(sockets.client));
  connection second = co_await over_a_transport(std::move(sockets.server));
  connection_pair made{std::move(first), std::move(second)};
  co_return std::move(made);
}

coro<connection_pair> over_veils() {
  connected_pair sockets = co_await make_pair();
  connection first = co_await over_a_veil(std::move(sockets.client));
  connection second = co_await over_a_veil(std::move(sockets.server));
  connection_pair made{std::move(first), std::move(second)};
  co_return std::move(made);
}

}  // namespace

RILL_IO_TEST_CASE("streams over a socket's transport keep all promises",
                  "[stream_reader_protocol]") {
  co_await rill::testing::check_stream(over_transports);
}

RILL_IO_TEST_CASE("streams over a transport of one's own keep all promises",
                  "[stream_reader_protocol]") {
  co_await rill::testing::check_stream(over_veils);
}

RILL_IO_TEST_CASE("what goes through a veil is veiled", "[stream_reader_protocol]") {
  connected_pair sockets = co_await make_pair();
  connection veiled = co_await over_a_veil(std::move(sockets.client));
  CHECK(veiled.writer.peer_address() == sockets.server.local_address());
  veiled.writer.write("ABC");
  veiled.writer.close();
  const std::string all = co_await receive_to_the_end(sockets.server, 16);
  CHECK(all == "\x1b\x18\x19");
  co_await veiled.writer.wait_closed();
}

RILL_IO_TEST_CASE(
    "a file that is cancelled while the transport is full: what is written then is right",
    "[stream_reader_protocol]") {
  const rill_test::temporary_folder folder;
  const std::string text = pattern(16 << 20);
  connected_pair sockets = co_await make_pair();
  connection stream = co_await over_a_transport(std::move(sockets.client));
  rill::file from = co_await rill::open_file(folder.make("file", text), rill::open_mode::read);
  auto sending = rill::create_task(stream.writer.send_file(from));
  for (int i = 0; i < 100; ++i) co_await let_run();
  CHECK_FALSE(sending.done());
  sending.cancel();
  const bool cancelled = co_await rill_test::was_cancelled(sending);
  CHECK(cancelled);
  const std::size_t gone = static_cast<std::size_t>(from.tell());
  stream.writer.write("behind");
  stream.writer.close();
  const std::string all = co_await receive_to_the_end(sockets.server, 1 << 16);
  CHECK((all == text.substr(0, gone) + "behind"));
}

RILL_IO_TEST_CASE("a stream without halves refuses to end one", "[stream_reader_protocol]") {
  connected_pair sockets = co_await make_pair();
  const auto factory = [] { return std::make_shared<rill_test::veiling_protocol>('x'); };
  auto [transport, protocol] = co_await create_connection(factory, std::move(sockets.client));
  protocol->upper()->set_whole();
  connection stream = rill::open_streams(protocol->upper());
  CHECK_FALSE(stream.writer.can_write_eof());
  CHECK_THROWS_AS(stream.writer.write_eof(), rill::usage_error);
  stream.writer.write("still open");
  stream.writer.close();
  const std::string all = co_await receive_to_the_end(sockets.server, 16);
  CHECK(all.size() == 10);
}

RILL_IO_TEST_CASE("the transport pauses at twice the limit and goes on at the limit",
                  "[stream_reader_protocol]") {
  connected_pair sockets = co_await make_pair();
  const auto protocol = std::make_shared<stream_reader_protocol>(1000);
  const auto factory = [protocol] { return protocol; };
  auto [transport, same] = co_await create_connection(factory, std::move(sockets.client));
  connection stream = protocol->take_connection();
  co_await sockets.server.send_all(pattern(2000));
  for (int i = 0; i < 10; ++i) co_await let_run();
  CHECK(transport->is_reading());
  co_await sockets.server.send_all("ab");
  for (int i = 0; i < 10; ++i) co_await let_run();
  CHECK_FALSE(transport->is_reading());
  co_await sockets.server.send_all(pattern(5000));
  sockets.server.close();
  const std::string some = co_await stream.reader.readexactly(100);
  CHECK(some == pattern(2000).substr(0, 100));
  const std::string rest = co_await stream.reader.read();
  CHECK(rest.size() == 1900 + 2 + 5000);
  CHECK(transport->is_reading());
  stream.writer.close();
  co_await stream.writer.wait_closed();
}

RILL_IO_TEST_CASE("a loss reads as its error", "[stream_reader_protocol]") {
  if (rill_test::loses_resets()) co_return;
  connected_pair sockets = co_await make_pair();
  connection stream = co_await over_a_transport(std::move(sockets.client));
  sockets.server.set_reset_on_close();
  sockets.server.close();
  auto reading = rill::create_task(stream.reader.read());
  const std::error_code code = co_await rill_test::error_of(reading);
  CHECK(code == std::errc::connection_reset);
  auto draining = rill::create_task(stream.writer.wait_closed());
  const std::error_code closed = co_await rill_test::error_of(draining);
  CHECK(closed == std::errc::connection_reset);
}

RILL_IO_TEST_CASE("abort does not wait for the peer", "[stream_reader_protocol]") {
  connected_pair sockets = co_await make_pair();
  const auto protocol = std::make_shared<stream_reader_protocol>();
  const auto factory = [protocol] { return protocol; };
  auto [transport, same] = co_await create_connection(factory, std::move(sockets.client));
  connection stream = protocol->take_connection();
  stream.writer.write(pattern(20'000'000));
  co_await let_run();
  CHECK(transport->write_buffer_size() > 0);
  stream.writer.abort();
  CHECK(transport->write_buffer_size() == 0);
  CHECK(transport->is_closing());
  co_await let_run();
  CHECK(transport->get_protocol() == nullptr);
}

RILL_IO_TEST_CASE("a stream is taken once, of a transport that is open",
                  "[stream_reader_protocol]") {
  CHECK_THROWS_AS(stream_reader_protocol(0), std::invalid_argument);
  stream_reader_protocol alone;
  CHECK_THROWS_AS(alone.take_connection(), rill::usage_error);
  CHECK_THROWS_AS(rill::open_streams(nullptr), rill::usage_error);
  connected_pair sockets = co_await make_pair();
  const auto protocol = std::make_shared<stream_reader_protocol>();
  const auto factory = [protocol] { return protocol; };
  auto [transport, same] = co_await create_connection(factory, std::move(sockets.client));
  const connection stream = protocol->take_connection();
  CHECK_THROWS_AS(protocol->take_connection(), rill::usage_error);
  transport->close();
  CHECK_THROWS_AS(rill::open_streams(transport), rill::usage_error);
}

RILL_IO_TEST_CASE("a protocol that has seen the beginning hands over to streams",
                  "[stream_reader_protocol]") {
  rill_test::protocol_and_peer ends = co_await rill_test::join_with_peer();
  co_await ends.peer.send_all("hello");
  co_await rill_test::wait_for_bytes(*ends.protocol, 5);
  connection stream = rill::open_streams(ends.protocol->transport);
  co_await ends.peer.send_all("now by streams\n");
  const std::string line = co_await stream.reader.readline();
  CHECK(line == "now by streams\n");
  co_await stream.writer.write_all("answer");
  stream.writer.close();
  co_await stream.writer.wait_closed();
  const std::string answer = co_await receive_to_the_end(ends.peer, 16);
  CHECK(answer == "answer");
}

RILL_IO_TEST_CASE("a protocol that has a connection refuses another one",
                  "[stream_reader_protocol]") {
  const auto only = std::make_shared<rill::stream_reader_protocol>();
  const auto factory = [only] { return only; };
  connected_pair first = co_await make_pair();
  connected_pair second = co_await make_pair();
  auto [transport, same] = co_await create_connection(factory, std::move(first.client));
  connection made = only->take_connection();
  auto [refused, again] = co_await create_connection(factory, std::move(second.client));
  const std::string nothing = co_await receive_to_the_end(second.server, 100);
  CHECK(nothing.empty());
  const std::vector<std::string> reports = rill::testing::take_reports();
  CHECK(reports.size() == 1);
  CHECK_THAT(reports.at(0), Catch::Contains("makes one for each"));
  made.writer.write("still there");
  made.writer.close();
  const std::string arrived = co_await receive_to_the_end(first.server, 100);
  CHECK(arrived == "still there");
}
