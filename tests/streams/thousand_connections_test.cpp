// SPDX-License-Identifier: BSL-1.0
//
// A server with a thousand connections at once, each of which is served.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/server.hpp"
#include "support/coroutine_case.hpp"
#include "support/system_limits.hpp"

namespace {

constexpr std::size_t connections = 1'000;
constexpr std::size_t at_once = 50;  // that connect
constexpr int rounds = 2;

rill::coro<> echo_each_line(rill::stream_reader reader, rill::stream_writer writer) {
  while (auto line = co_await reader.next_line()) co_await writer.write_all(*line);
}

rill::coro<std::vector<rill::connection>> connect_all(std::uint16_t port) {
  std::vector<rill::connection> made;
  while (made.size() < connections) {
    std::vector<rill::task<rill::connection>> wave;
    for (std::size_t i = 0; i < at_once; ++i) {
      wave.push_back(rill::create_task(rill::open_connection("127.0.0.1", port)));
    }
    for (rill::task<rill::connection>& each : wave) {
      rill::connection connected = co_await std::move(each);
      made.push_back(std::move(connected));
    }
  }
  co_return std::move(made);
}

/// Whether the message comes back.
rill::coro<bool> is_served(rill::connection& client, std::string message) {
  co_await client.writer.write_all(message);
  const std::string answer = co_await client.reader.readline();
  co_return answer == message;
}

rill::coro<std::size_t> count_echoes(std::vector<rill::connection>& clients, int round) {
  std::vector<rill::task<bool>> asking;
  for (std::size_t i = 0; i < clients.size(); ++i) {
    std::string message = std::to_string(i) + '/' + std::to_string(round) + '\n';
    asking.push_back(rill::create_task(is_served(clients[i], std::move(message))));
  }
  std::size_t echoes = 0;
  for (rill::task<bool>& each : asking) {
    const bool served = co_await each;
    echoes += served ? 1 : 0;
  }
  co_return echoes;
}

}  // namespace

RILL_IO_TEST_CASE("a thousand connections are each served", "[server]") {
  if (rill_test::lacks_descriptors(2 * connections + 100)) co_return;
  rill::server server = co_await rill::start_server(&echo_each_line, "127.0.0.1", 0);
  {
    std::vector<rill::connection> clients = co_await connect_all(server.port());
    for (int round = 0; round < rounds; ++round) {
      const std::size_t echoes = co_await count_echoes(clients, round);
      CHECK(echoes == connections);
    }
    CHECK(server.client_count() == connections);
  }
  server.close();
  co_await server.wait_closed();
  CHECK(server.client_count() == 0);
}
