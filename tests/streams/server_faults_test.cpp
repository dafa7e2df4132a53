// SPDX-License-Identifier: BSL-1.0
//
// Servers and connections with peers that do not read, reset, never end a line, or do not exist.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <list>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/net/connect.hpp"
#include "rill/net/resolver.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/server.hpp"
#include "rill/streams/stream_errors.hpp"
#include "rill/testing/virtual_run.hpp"
#include "streams/echo_server.hpp"
#include "streams/stream_pair.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"

namespace {

using namespace std::chrono_literals;
using rill_test::is_served;
using rill_test::make_stream_pair;
using rill_test::stream_pair;

constexpr std::size_t piece = 16 * 1024;

rill::coro<> echo(rill::stream_reader reader, rill::stream_writer writer) {
  while (true) {
    const std::string some = co_await reader.read(piece);
    if (some.empty()) break;
    co_await writer.write_all(some);
  }
}

rill::coro<> say(rill::stream_writer& to, std::size_t size) {
  co_await to.write_all(std::string(size, 'n'));
  to.write_eof();
}

void reset(rill::connection& client) {
  client.writer.underlying_socket().set_reset_on_close();
  client.writer.abort();
}

/// What the system says about a name, or nothing if awaiting `work` does not fail so.
template <class T>
rill::coro<std::string> complaint_about_a_name(rill::coro<T> work) {
  std::string text;
  try {
    co_await std::move(work);
  } catch (const std::system_error& error) {
    if (error.code().category() == rill::resolver_category()) text = error.what();
  }
  co_return std::move(text);
}

rill::socket_address nobody() {
  const rill::socket listener = rill_test::listening();
  return listener.local_address();
}

}  // namespace

RILL_IO_TEST_CASE("a client that never reads is held back, and the memory bounded",
                  "[server_faults]") {
  constexpr std::size_t much = 24 << 20;
  std::size_t peak = 0;
  const auto measured_echo = [&peak](rill::stream_reader reader,
                                     rill::stream_writer writer) -> rill::coro<> {
    while (true) {
      const std::string some = co_await reader.read(piece);
      if (some.empty()) break;
      writer.write(some);
      peak = std::max(peak, writer.write_buffer_size() + reader.buffered());
      co_await writer.drain();
    }
  };
  rill::server server = co_await rill::start_server(measured_echo, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  const auto saying = rill::create_task(say(client.writer, much));
  co_await rill::sleep(100ms);
  CHECK(!saying.done());
  CHECK(peak > 0);
  CHECK(peak <= 512 * 1024);
  // Nobody else has to wait for it.
  const bool served = co_await is_served(server.port());
  CHECK(served);
  const std::string all = co_await client.reader.read();
  co_await saying;
  CHECK(all == std::string(much, 'n'));
  CHECK(peak <= 512 * 1024);
}

RILL_IO_TEST_CASE("a client that resets is told to its handler, others are served on",
                  "[server_faults]") {
  rill::server server = co_await rill::start_server(echo, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  client.writer.write(std::string(8 << 20, 'r'));
  co_await rill::sleep(10ms);
  CHECK(server.client_count() == 1);
  reset(client);
  for (int i = 0; i < 100 && server.client_count() != 0; ++i) co_await rill::sleep(1ms);
  CHECK(server.client_count() == 0);
  CHECK(rill::testing::take_reports().size() == 1);
  const bool served = co_await is_served(server.port());
  CHECK(served);
}

RILL_IO_TEST_CASE("many clients that reset at once leave nothing behind", "[server_faults]") {
  rill::server server = co_await rill::start_server(echo, "127.0.0.1", 0);
  std::list<rill::connection> clients;
  for (int i = 0; i < 60; ++i) {
    rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
    if (i % 3 != 0) client.writer.write("some words");
    if (i % 3 == 1) co_await client.writer.flush();
    clients.push_back(std::move(client));
  }
  for (rill::connection& client : clients) reset(client);
  bool served = co_await is_served(server.port());
  CHECK(served);
  for (int i = 0; i < 100 && server.client_count() != 0; ++i) co_await rill::sleep(1ms);
  CHECK(server.client_count() == 0);
  rill::testing::take_reports();  // the resets, as many as came before the end of their handlers
  served = co_await is_served(server.port());
  CHECK(served);
}

RILL_IO_TEST_CASE("a line that never ends takes no memory, and the next one is read",
                  "[server_faults]") {
  rill_test::connected_pair sockets = co_await rill_test::make_pair();
  rill::connection server(std::move(sockets.server), 1000);
  rill::connection client(std::move(sockets.client));
  constexpr std::size_t much = 4 << 20;
  client.writer.write(std::string(much, 'e') + "\nshort\n");
  client.writer.write_eof();
  std::size_t gone = 0;
  std::size_t peak = 0;
  std::string line;
  while (line != "short\n") {
    try {
      std::string next = co_await server.reader.readline();
      line = std::move(next);
      REQUIRE(!line.empty());
      gone += line.size();
    } catch (const rill::limit_overrun_error& error) {
      gone += error.consumed();
    }
    peak = std::max(peak, server.reader.buffered());
  }
  CHECK(gone == much + 7);
  CHECK(peak <= 256 * 1024);
}

RILL_IO_TEST_CASE("asking again beyond the limit reads no further", "[server_faults]") {
  rill_test::connected_pair sockets = co_await rill_test::make_pair();
  rill::connection server(std::move(sockets.server), 1000);
  rill::connection client(std::move(sockets.client));
  client.writer.write(std::string(4 << 20, 'e'));
  int refusals = 0;
  std::size_t buffered = 0;
  for (int i = 0; i < 200; ++i) {
    try {
      co_await server.reader.readuntil("end");
    } catch (const rill::limit_overrun_error&) {
      ++refusals;
    }
    if (i == 0) buffered = server.reader.buffered();
    co_await rill::yield();
  }
  CHECK(refusals == 200);
  CHECK(server.reader.buffered() == buffered);
  CHECK(buffered <= 256 * 1024);
  client.writer.abort();
}

RILL_IO_TEST_CASE("reads of nothing end at once", "[server_faults]") {
  stream_pair pair = co_await make_stream_pair();
  const std::string none = co_await pair.server.reader.read(0);
  CHECK(none.empty());
  const std::string exactly = co_await pair.server.reader.readexactly(0);
  CHECK(exactly.empty());
  const std::size_t into = co_await pair.server.reader.read_into(std::span<char>());
  CHECK(into == 0);
  CHECK(!pair.server.reader.at_eof());
  pair.client.writer.write("");
  co_await pair.client.writer.flush();
  pair.client.writer.write("kept\n");
  const std::string line = co_await pair.server.reader.readline();
  CHECK(line == "kept\n");
}

RILL_IO_TEST_CASE("an unknown host is an error that names it, for clients and for servers",
                  "[server_faults][real-time]") {
  const std::string opening =
      co_await complaint_about_a_name(rill::open_connection("no-such-host.invalid", 80));
  CHECK(opening.find("no-such-host.invalid") != std::string::npos);
  const std::string serving =
      co_await complaint_about_a_name(rill::start_server(echo, "no-such-host.invalid", 0));
  CHECK(serving.find("no-such-host.invalid") != std::string::npos);
}

RILL_IO_TEST_CASE("a host whose port is closed is refused by name, and the error tells where",
                  "[server_faults][real-time]") {
  const rill::socket_address address = nobody();
  std::string text;
  std::error_code code;
  try {
    const rill::connection none = co_await rill::open_connection("localhost", address.port());
  } catch (const rill::connect_error& error) {
    text = error.what();
    code = error.code();
  }
  CHECK(code == std::errc::connection_refused);
  CHECK(text.find(address.to_string()) != std::string::npos);
}

RILL_IO_TEST_CASE("a name is listened on and connected to", "[server_faults][real-time]") {
  rill::server server = co_await rill::start_server(echo, "localhost", 0);
  rill::connection client = co_await rill::open_connection("localhost", server.port());
  client.writer.write("by name");
  const std::string answer = co_await client.reader.readexactly(7);
  CHECK(answer == "by name");
}

RILL_IO_TEST_CASE("an opening that is cancelled leaves a server nothing but an end",
                  "[server_faults]") {
  rill::server server = co_await rill::start_server(echo, "127.0.0.1", 0);
  const auto open = [](std::uint16_t port) -> rill::coro<> {
    const rill::connection client = co_await rill::open_connection("127.0.0.1", port);
    co_await rill::sleep(1h);
  };
  for (int turns = 0; turns < 8; ++turns) {
    const rill::task<> opening = rill::create_task(open, server.port());
    co_await rill_test::yield_times(turns);
    opening.cancel();
    const bool cancelled = co_await rill_test::was_cancelled(opening);
    CHECK(cancelled);
  }
  for (int i = 0; i < 100 && server.client_count() != 0; ++i) co_await rill::sleep(1ms);
  CHECK(server.client_count() == 0);
  const bool served = co_await is_served(server.port());
  CHECK(served);
}
