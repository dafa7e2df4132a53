// SPDX-License-Identifier: BSL-1.0
//
// Ends of servers with clients on them, and clients that harm nobody but themselves.
#include <chrono>
#include <cstddef>
#include <functional>
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
#include "rill/streams/stream_errors.hpp"
#include "rill/testing/virtual_run.hpp"
#include "streams/stream_pair.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"

namespace {

using namespace std::chrono_literals;
using rill_test::failure_of;

rill::coro<> echo_lines(rill::stream_reader reader, rill::stream_writer writer) {
  while (auto line = co_await reader.next_line()) {
    if (*line == "boom\n") throw std::runtime_error("a client has said boom");
    co_await writer.write_all(*line);
  }
}

/// Waits for its client although the connection has been closed: only a cancellation ends it.
rill::coro<> waits_for_ever(rill::stream_reader reader, rill::stream_writer writer) {
  static_cast<void>(reader);
  static_cast<void>(writer);
  co_await rill::sleep(100h);
}

rill::coro<std::vector<rill::connection>> connect_all(rill::server& server, std::size_t count) {
  const std::size_t wanted = server.client_count() + count;
  std::vector<rill::connection> clients;
  for (std::size_t i = 0; i < count; ++i) {
    rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
    clients.push_back(std::move(client));
  }
  for (int i = 0; i < 1000 && server.client_count() != wanted; ++i) co_await rill::sleep(1ms);
  CHECK(server.client_count() == wanted);
  co_return std::move(clients);
}

rill::coro<std::string> answer_to(rill::connection& client, std::string line) {
  co_await client.writer.write_all(line);
  std::string answer = co_await client.reader.readline();
  co_return std::move(answer);
}

std::size_t count_of(const std::vector<std::string>& texts, std::string_view part) {
  std::size_t count = 0;
  for (const std::string& text : texts) count += text.find(part) != std::string::npos ? 1U : 0U;
  return count;
}

/// How long a shutdown takes with that many clients whose handlers do not end by themselves.
rill::coro<rill::loop_clock::duration> time_of_shutdown(std::size_t clients) {
  rill::server server = co_await rill::start_server(waits_for_ever, "127.0.0.1", 0);
  std::vector<rill::connection> kept = co_await connect_all(server, clients);
  const rill::time_point before = rill::loop_clock::now();
  co_await server.shutdown(2s);
  CHECK(server.client_count() == 0);
  co_return rill::loop_clock::now() - before;
}

}  // namespace

RILL_IO_TEST_CASE("one grace is for all clients, and there is none without", "[server_grace]") {
  const auto with_none = co_await time_of_shutdown(0);
  CHECK(with_none < 100ms);
  const auto with_one = co_await time_of_shutdown(1);
  CHECK(with_one >= 2s);
  CHECK(with_one < 3s);
  const auto with_fifty = co_await time_of_shutdown(50);
  CHECK(with_fifty >= 2s);
  CHECK(with_fifty < 3s);
}

RILL_IO_TEST_CASE("who comes during the grace is refused", "[server_grace]") {
  rill::server server = co_await rill::start_server(waits_for_ever, "127.0.0.1", 0);
  std::vector<rill::connection> clients = co_await connect_all(server, 1);
  auto ending = rill::create_task(server.shutdown(2s));
  co_await rill::sleep(1s);
  CHECK(!ending.done());
  const std::error_code code =
      co_await failure_of(rill::open_connection("127.0.0.1", server.port()));
  CHECK(code == std::errc::connection_refused);
  co_await ending;
}

RILL_IO_TEST_CASE("what handlers throw at the end is all reported, and stops nothing",
                  "[server_grace]") {
  int cleaned_up = 0;
  const auto fails_at_the_end = [&cleaned_up](rill::stream_reader reader,
                                              rill::stream_writer writer) -> rill::coro<> {
    static_cast<void>(reader);
    static_cast<void>(writer);
    const int number = ++cleaned_up;
    try {
      co_await rill::sleep(100h);
    } catch (const rill::cancelled_error&) {
      if (number != 2) throw std::runtime_error("clean-up " + std::to_string(number));
      throw;
    }
  };
  rill::server server = co_await rill::start_server(fails_at_the_end, "127.0.0.1", 0);
  std::vector<rill::connection> clients = co_await connect_all(server, 3);
  for (int i = 0; i < 1000 && cleaned_up != 3; ++i) co_await rill::sleep(1ms);
  co_await server.shutdown(1s);
  CHECK(server.client_count() == 0);
  const std::vector<std::string> reports = rill::testing::take_reports();
  CHECK(reports.size() == 2);
  CHECK(count_of(reports, "clean-up 1") == 1);
  CHECK(count_of(reports, "clean-up 3") == 1);
}

RILL_IO_TEST_CASE("clients that fail in every way leave the others alone", "[server_grace]") {
  rill::server_options options;
  options.limit = 100;
  rill::server server = co_await rill::start_server(echo_lines, "127.0.0.1", 0, options);
  std::vector<rill::connection> clients = co_await connect_all(server, 4);
  rill::connection& good = clients[0];
  const std::string before = co_await answer_to(good, "before\n");
  CHECK(before == "before\n");

  const std::string boom = co_await answer_to(clients[1], "boom\n");
  CHECK(boom.empty());
  clients[2].writer.underlying_socket().set_reset_on_close();
  clients[2].writer.abort();
  // What the server has not read when it closes makes a reset of the end.
  const std::error_code lost =
      co_await failure_of(answer_to(clients[3], std::string(1000, 'x') + "\n"));
  CHECK((!lost || lost == std::errc::connection_reset));

  for (int i = 0; i < 1000 && server.client_count() != 1; ++i) co_await rill::sleep(1ms);
  CHECK(server.client_count() == 1);
  CHECK(server.is_serving());
  const std::string after = co_await answer_to(good, "after\n");
  CHECK(after == "after\n");
  std::vector<rill::connection> newcomer = co_await connect_all(server, 1);
  newcomer.clear();

  const std::vector<std::string> reports = rill::testing::take_reports();
  CHECK(reports.size() == 3);
  CHECK(count_of(reports, "a client has said boom") == 1);
  CHECK(count_of(reports, "longer than the stream's limit") == 1);
}

RILL_IO_TEST_CASE("a restart takes the port of connections that are still dying",
                  "[server_grace]") {
  std::uint16_t port = 0;
  {
    rill::server server = co_await rill::start_server(echo_lines, "127.0.0.1", 0);
    port = server.port();
    std::vector<rill::connection> clients = co_await connect_all(server, 3);
    const std::string line = co_await answer_to(clients[0], "x\n");
    CHECK(line == "x\n");
    co_await server.shutdown(1s);  // the server ends first, so that its end keeps the port
    for (rill::connection& client : clients) {
      const std::string end = co_await client.reader.read();
      CHECK(end.empty());
    }
  }
  rill::server again = co_await rill::start_server(echo_lines, "127.0.0.1", port);
  std::vector<rill::connection> clients = co_await connect_all(again, 1);
  const std::string line = co_await answer_to(clients[0], "again\n");
  CHECK(line == "again\n");
}

RILL_IO_TEST_CASE("a name is listened on at each of its addresses", "[server_grace][real-time]") {
  rill::server server = co_await rill::start_server(echo_lines, "localhost", 0);
  REQUIRE(!server.addresses().empty());
  for (const rill::socket_address& address : server.addresses()) {
    rill::connection client = co_await rill::open_connection(address);
    const std::string line = co_await answer_to(client, "here\n");
    CHECK(line == "here\n");
    CHECK(client.writer.get_extra_info("peername") == address.to_string());
  }
}

RILL_IO_TEST_CASE("each connection has a handler of its own, a slow one delays nobody",
                  "[server_grace]") {
  const auto slow_if_told = [](rill::stream_reader reader,
                               rill::stream_writer writer) -> rill::coro<> {
    int lines = 0;
    while (auto line = co_await reader.next_line()) {
      ++lines;
      if (*line == "slow\n") co_await rill::sleep(1h);
      co_await writer.write_all(std::to_string(lines) + "\n");
    }
  };
  rill::server server = co_await rill::start_server(slow_if_told, "127.0.0.1", 0);
  std::vector<rill::connection> clients = co_await connect_all(server, 2);
  co_await clients[0].writer.write_all("slow\n");
  const rill::time_point before = rill::loop_clock::now();
  for (const char* wanted : {"1\n", "2\n", "3\n"}) {
    const std::string number = co_await answer_to(clients[1], "quick\n");
    CHECK(number == wanted);
  }
  CHECK(rill::loop_clock::now() - before < 1min);
  co_await server.shutdown(0s);
}
