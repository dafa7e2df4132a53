// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/server.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/core/context_var.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/net/connect.hpp"
#include "rill/streams/connection.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"

namespace {

using namespace std::chrono_literals;

rill::coro<> echo_lines(rill::stream_reader reader, rill::stream_writer writer) {
  while (auto line = co_await reader.next_line()) co_await writer.write_all(*line);
}

rill::coro<> fails(rill::stream_reader reader, rill::stream_writer writer) {
  const std::string line = co_await reader.readline();
  static_cast<void>(writer);
  throw std::runtime_error("handler: " + line);
}

const rill::context_var<int> number("number", 0);

rill::coro<> counts_up(rill::stream_reader reader, rill::stream_writer writer) {
  while (auto line = co_await reader.next_line()) {
    number.set(number.get() + 1);
    co_await writer.write_all(std::to_string(number.get()) + "\n");
  }
}

}  // namespace

RILL_IO_TEST_CASE("a server serves several clients", "[server]") {
  rill::server server = co_await rill::start_server(&echo_lines, "127.0.0.1", 0);
  CHECK(server.is_serving());
  std::vector<rill::connection> clients;
  for (int i = 0; i < 20; ++i) {
    rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
    clients.push_back(std::move(client));
  }
  for (rill::connection& client : clients) client.writer.write("hello\n");
  for (rill::connection& client : clients) {
    const std::string line = co_await client.reader.readline();
    REQUIRE(line == "hello\n");
  }
  CHECK(server.client_count() == 20);
  clients.clear();
  server.close();
  co_await server.wait_closed();
  CHECK(!server.is_serving());
  CHECK(server.client_count() == 0);
}

RILL_IO_TEST_CASE("each connection starts with the values that held when the server was made [100]",
                  "[server]") {
  number.set(10);
  rill::server server = co_await rill::start_server(&counts_up, "127.0.0.1", 0);
  number.set(20);
  rill::connection one = co_await rill::open_connection("127.0.0.1", server.port());
  one.writer.write("a\nb\n");
  const std::string first = co_await one.reader.readline();
  const std::string second = co_await one.reader.readline();
  rill::connection other = co_await rill::open_connection("127.0.0.1", server.port());
  other.writer.write("a\n");
  const std::string third = co_await other.reader.readline();
  CHECK(first == "11\n");
  CHECK(second == "12\n");
  CHECK(third == "11\n");
  CHECK(number.get() == 20);
}

RILL_IO_TEST_CASE("port 0 is one port on all hosts", "[server]") {
  const std::vector<std::string> hosts{"127.0.0.1", "::1", "127.0.0.2"};
  rill::server server = co_await rill::start_server(&echo_lines, hosts, 0);
  CHECK(server.addresses().size() >= 2);  // not every machine has IPv6
  for (const rill::socket_address& address : server.addresses()) {
    CHECK(address.port() == server.port());
    rill::connection client = co_await rill::open_connection(address);
    client.writer.write("x\n");
    const std::string line = co_await client.reader.readline();
    CHECK(line == "x\n");
  }
  CHECK(server.port() != 0);
}

RILL_IO_TEST_CASE("wait_closed waits for the listener and for the clients", "[server]") {
  rill::server server = co_await rill::start_server(&echo_lines, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  client.writer.write("x\n");
  co_await client.reader.readline();
  const bool open = co_await server.wait_closed(10ms);
  CHECK(!open);
  server.close();
  const bool connected = co_await server.wait_closed(10ms);
  CHECK(!connected);
  client.writer.close();
  co_await server.wait_closed();
  co_await server.wait_closed();  // again: at once
}

RILL_IO_TEST_CASE("shutting down ends idle clients within the grace", "[server]") {
  rill::server server = co_await rill::start_server(&echo_lines, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  client.writer.write("x\n");
  co_await client.reader.readline();
  co_await server.shutdown(1s);
  CHECK(server.client_count() == 0);
  const std::string end = co_await client.reader.read();
  CHECK(end.empty());
}

RILL_IO_TEST_CASE("aborting frees a client whose buffers are full", "[server]") {
  auto flood = [](rill::stream_reader, rill::stream_writer writer) -> rill::coro<> {
    try {
      co_await writer.write_all(std::string(16 << 20, 'x'));
    } catch (const std::system_error&) {
      // Aborted, as it is to be.
    }
  };
  rill::server server = co_await rill::start_server(flood, "127.0.0.1", 0);
  const rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  while (server.client_count() == 0) co_await rill::sleep(1ms);
  for (int i = 0; i < 5; ++i) co_await rill::yield();
  server.close();
  server.abort_clients();
  co_await server.wait_closed();
  CHECK(server.client_count() == 0);
}

RILL_IO_TEST_CASE("an error of a handler is reported and closes that client only", "[server]") {
  std::string reported;
  rill::event_loop::running().set_exception_handler(
      [&reported](rill::event_loop&, const rill::exception_context& context) {
        reported.append(context.message);
      });
  rill::server server = co_await rill::start_server(&fails, "127.0.0.1", 0);
  rill::connection victim = co_await rill::open_connection("127.0.0.1", server.port());
  rill::connection other = co_await rill::open_connection("127.0.0.1", server.port());
  victim.writer.write("boom\n");
  const std::string end = co_await victim.reader.read();
  CHECK(end.empty());
  CHECK(reported.find("handler: boom") != std::string::npos);
  CHECK(server.client_count() == 1);
  other.writer.close();
  server.close();
  co_await server.shutdown(1s);
  rill::event_loop::running().set_exception_handler(nullptr);
}

RILL_IO_TEST_CASE("a port in use is an error", "[server]") {
  rill::server first = co_await rill::start_server(&echo_lines, "127.0.0.1", 0);
  std::error_code code;
  try {
    const rill::server second = co_await rill::start_server(&echo_lines, "127.0.0.1", first.port());
  } catch (const std::system_error& error) {
    code = error.code();
  }
  CHECK(code == std::errc::address_in_use);
  first.close();
  co_await first.wait_closed();
}

RILL_IO_TEST_CASE("cancelling serve_forever shuts down", "[server]") {
  rill::server server = co_await rill::start_server(&echo_lines, "127.0.0.1", 0);
  auto serving = rill::create_task(server.serve_forever(100ms));
  const rill::connection idle = co_await rill::open_connection("127.0.0.1", server.port());
  co_await rill::yield();
  serving.cancel();
  bool cancelled = false;
  try {
    co_await serving;
  } catch (const rill::cancelled_error&) {
    cancelled = true;
  }
  CHECK(cancelled);
  CHECK(!server.is_serving());
}

RILL_IO_TEST_CASE("a server takes no more clients than it may, and then the next", "[server]") {
  rill::server_options two;
  two.max_clients = 2;
  const std::vector<std::string> hosts{"127.0.0.1", "127.0.0.2"};
  rill::server server = co_await rill::start_server(&echo_lines, hosts, 0, two);
  std::vector<rill::connection> clients;
  for (int i = 0; i < 4; ++i) {
    const char* const host = i % 2 == 0 ? "127.0.0.1" : "127.0.0.2";
    rill::connection client = co_await rill::open_connection(host, server.port());
    client.writer.write("hello\n");
    clients.push_back(std::move(client));
  }
  const std::string first = co_await clients[0].reader.readline();
  const std::string second = co_await clients[1].reader.readline();
  CHECK(first == "hello\n");
  CHECK(second == "hello\n");
  for (int i = 0; i < 20; ++i) co_await rill::sleep(1ms);
  CHECK(server.client_count() == 2);
  clients[0].writer.close();
  clients[1].writer.close();
  const std::string third = co_await clients[2].reader.readline();
  const std::string fourth = co_await clients[3].reader.readline();
  CHECK(third == "hello\n");
  CHECK(fourth == "hello\n");
  CHECK(server.client_count() == 2);
}

RILL_IO_TEST_CASE("a server that is full can be closed", "[server]") {
  rill::server_options one;
  one.max_clients = 1;
  rill::server server = co_await rill::start_server(&echo_lines, "127.0.0.1", 0, one);
  rill::connection served = co_await rill::open_connection("127.0.0.1", server.port());
  served.writer.write("hello\n");
  const std::string line = co_await served.reader.readline();
  CHECK(line == "hello\n");
  const rill::connection waiting = co_await rill::open_connection("127.0.0.1", server.port());
  server.close();
  served.writer.close();
  const bool closed = co_await server.wait_closed(5s);
  CHECK(closed);
  static_cast<void>(waiting);
}

RILL_IO_TEST_CASE("a server may be bound first and serve later", "[server]") {
  rill::server_options options;
  options.start_serving = false;
  rill::server server = co_await rill::start_server(&echo_lines, "127.0.0.1", 0, options);
  CHECK_FALSE(server.is_serving());
  CHECK(server.port() != 0);
  co_await rill_test::must_throw<rill::connect_error>(
      rill::open_connection("127.0.0.1", server.port()));
  server.start_serving();
  server.start_serving();
  CHECK(server.is_serving());
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  client.writer.close();
  co_await server.shutdown(1s);
  CHECK_FALSE(server.is_serving());
  CHECK_THROWS_AS(server.start_serving(), rill::usage_error);
}
