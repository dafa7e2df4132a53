// SPDX-License-Identifier: BSL-1.0
//
// Handlers, addresses, exhaustion and ends of servers. Numbers in brackets are those of the list of
// conformance cases.
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/server.hpp"
#include "streams/echo_server.hpp"
#include "streams/stream_pair.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"

namespace {

using namespace std::chrono_literals;
using rill_test::ask;
using rill_test::echo;
using rill_test::failure_of;
using rill_test::meet;
using rill_test::yield_times;

}  // namespace

RILL_IO_TEST_CASE("a plain function can pass reader and writer on", "[server_life]") {
  std::vector<rill::stream_writer> writers;
  std::vector<rill::stream_reader> readers;
  const auto keep = [&](rill::stream_reader reader, rill::stream_writer writer) {
    readers.push_back(std::move(reader));
    writers.push_back(std::move(writer));
  };
  rill::server server = co_await rill::start_server(keep, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  co_await meet(server, 1);
  co_await yield_times(3);
  REQUIRE(writers.size() == 1);
  writers.front().write("kept\n");
  const std::string line = co_await client.reader.readline();
  CHECK(line == "kept\n");
  writers.clear();
  const std::string end = co_await client.reader.read();
  CHECK(end.empty());
}

RILL_IO_TEST_CASE("a handler with captures lives as long as its connections", "[server_life]") {
  auto text = std::make_unique<std::string>("a greeting that does not fit in place\n");
  auto greet = [text = std::move(text)](rill::stream_reader reader,
                                        rill::stream_writer writer) -> rill::coro<> {
    co_await reader.readline();
    co_await writer.write_all(*text);
  };
  std::vector<rill::connection> clients;
  {
    rill::server server = co_await rill::start_server(std::move(greet), "127.0.0.1", 0);
    rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
    clients.push_back(std::move(client));
    co_await meet(server, 1);
  }
  // The server is gone, its connection is not.
  clients.front().writer.write("hello\n");
  const std::string line = co_await clients.front().reader.readline();
  CHECK(line == "a greeting that does not fit in place\n");
  const std::string end = co_await clients.front().reader.read();
  CHECK(end.empty());
}

RILL_IO_TEST_CASE("wait_closed waits while open, and while a client is there [97]",
                  "[server_life]") {
  rill::server server = co_await rill::start_server(echo, "127.0.0.1", 0);
  auto waiting = rill::create_task(server.wait_closed());
  co_await yield_times(3);
  CHECK(!waiting.done());
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  co_await meet(server, 1);
  CHECK(!waiting.done());
  server.close();
  server.close();
  CHECK(server.sockets().empty());
  co_await yield_times(3);
  CHECK(!waiting.done());
  client.writer.close();
  co_await waiting;
  co_await server.wait_closed();
  const bool closed = co_await server.wait_closed(0s);
  CHECK(closed);
}

RILL_IO_TEST_CASE("aborting clients with full buffers frees wait_closed in two turns [98]",
                  "[server_life]") {
  const auto flood = [](rill::stream_reader reader, rill::stream_writer writer) -> rill::coro<> {
    static_cast<void>(reader);
    writer.write(std::string(16 << 20, 'f'));
    co_await writer.drain();
  };
  rill::server server = co_await rill::start_server(flood, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  co_await meet(server, 1);
  co_await yield_times(10);
  auto waiting = rill::create_task(server.wait_closed());
  co_await rill::yield();
  server.close();
  server.abort_clients();
  co_await yield_times(2);
  CHECK(waiting.done());
}

RILL_IO_TEST_CASE("cancelling serve_forever ends promptly with an idle client [99]",
                  "[server_life]") {
  rill::server server = co_await rill::start_server(echo, "127.0.0.1", 0);
  auto serving = rill::create_task(server.serve_forever());
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  co_await meet(server, 1);
  CHECK(!serving.done());
  const rill::time_point before = rill::loop_clock::now();
  serving.cancel();
  const bool cancelled = co_await rill_test::was_cancelled(serving);
  CHECK(cancelled);
  CHECK(rill::loop_clock::now() - before < 1s);
  CHECK(!server.is_serving());
  CHECK(server.client_count() == 0);
  const std::string end = co_await client.reader.read();
  CHECK(end.empty());
}

RILL_IO_TEST_CASE("closing the server ends serve_forever, of which there is one", "[server_life]") {
  rill::server server = co_await rill::start_server(echo, "127.0.0.1", 0);
  auto serving = rill::create_task(server.serve_forever());
  co_await rill::yield();
  int refused = 0;
  for (int i = 0; i < 2; ++i) {
    try {
      co_await server.serve_forever();
    } catch (const rill::usage_error&) {
      ++refused;
    }
    if (i == 0) {
      server.close();
      const bool cancelled = co_await rill_test::was_cancelled(serving);
      CHECK(cancelled);
    }
  }
  CHECK(refused == 2);
}

RILL_IO_TEST_CASE("a shutdown ends at its deadline, whatever clients and handlers do",
                  "[server_life]") {
  bool cleaned_up = false;
  const auto stubborn = [&cleaned_up](rill::stream_reader reader,
                                      rill::stream_writer writer) -> rill::coro<> {
    static_cast<void>(reader);
    writer.write(std::string(16 << 20, 's'));  // more than the client ever reads
    try {
      co_await rill::sleep(1h);
    } catch (const rill::cancelled_error&) {
      cleaned_up = true;
      throw;
    }
  };
  rill::server server = co_await rill::start_server(stubborn, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  co_await meet(server, 1);
  const rill::time_point before = rill::loop_clock::now();
  co_await server.shutdown(2s);
  const auto took = rill::loop_clock::now() - before;
  CHECK(took >= 2s);
  CHECK(took < 3s);
  CHECK(cleaned_up);
  CHECK(server.client_count() == 0);
}

RILL_IO_TEST_CASE("a second cancellation cuts the grace short", "[server_life]") {
  const auto stubborn = [](rill::stream_reader reader, rill::stream_writer writer) -> rill::coro<> {
    static_cast<void>(reader);
    static_cast<void>(writer);
    co_await rill::sleep(1h);
  };
  rill::server server = co_await rill::start_server(stubborn, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  co_await meet(server, 1);
  auto serving = rill::create_task(server.serve_forever(30min));
  co_await rill::yield();
  const rill::time_point before = rill::loop_clock::now();
  serving.cancel();
  co_await rill::sleep(5s);
  CHECK(!serving.done());
  serving.cancel();
  const bool cancelled = co_await rill_test::was_cancelled(serving);
  CHECK(cancelled);
  CHECK(rill::loop_clock::now() - before < 1min);
}

RILL_IO_TEST_CASE("an empty host is all interfaces, a list is each of it once", "[server_life]") {
  rill::server all = co_await rill::start_server(echo, "", 0);
  CHECK(!all.addresses().empty());
  const std::string answer = co_await ask(all.port(), "any");
  CHECK(answer == "any");
  std::vector<std::string> hosts{"127.0.0.1", "127.0.0.2", "127.0.0.1"};
  rill::server two = co_await rill::start_server(echo, hosts, 0);
  CHECK(two.addresses().size() == 2);
}

RILL_IO_TEST_CASE("an address of another machine is skipped, and alone an error", "[server_life]") {
  std::vector<std::string> hosts{"192.0.2.1", "127.0.0.1"};
  rill::server server = co_await rill::start_server(echo, hosts, 0);
  CHECK(server.addresses().size() == 1);
  const std::error_code code = co_await failure_of(rill::start_server(echo, "192.0.2.1", 0));
  CHECK(code == std::errc::address_not_available);
}

RILL_IO_TEST_CASE("a socket that listens already can be served", "[server_life]") {
  rill::server server = rill::serve_socket(echo, rill_test::listening());
  const std::string answer = co_await ask(server.port(), "adopted");
  CHECK(answer == "adopted");
  CHECK_THROWS_AS(rill::serve_socket(echo, rill::socket()), rill::usage_error);
}

namespace {

rill::coro<> serve_in_vain() {
  rill::server server = co_await rill::start_server(echo, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  client.writer.write(std::string(1 << 20, 'c'));
  co_await server.serve_forever();
}

}  // namespace

RILL_REACTOR_TEST_CASE("a loop can be closed with a server and clients in it", "[server_life]") {
  rill::event_loop loop(rill_test::backend_options());
  auto serving = loop.create_task(serve_in_vain());
  for (int i = 0; i < 30; ++i) loop.run_once();
  loop.close();
  CHECK(serving.cancelled());
}
