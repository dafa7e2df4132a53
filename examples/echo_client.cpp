// SPDX-License-Identifier: BSL-1.0
// The echo server's client: sends messages and prints what comes back, or drives the server with
// many connections and tells round trips per second and latencies.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/rill.hpp"
#include "support/command_line.hpp"

namespace {

constexpr std::string_view usage =
    "usage: echo_client --port PORT [--host ADDRESS] [--backend NAME] [MESSAGE ...]\n"
    "       echo_client --port PORT --load [--connections N] [--size BYTES] [--seconds S]\n"
    "  without messages, each line of the standard input is one";

struct load_settings {
  int connections = 1;
  int size = 64;
  double seconds = 2;
};

rill::coro<rill::socket> open(rill::socket_address address) {
  rill::socket connection(address.family(), rill::socket_type::stream);
  co_await connection.connect(address);
  connection.set_no_delay(true);
  co_return std::move(connection);
}

rill::coro<> receive_all(const rill::socket& connection, std::span<char> data) {
  while (!data.empty()) {
    const std::size_t received = co_await connection.recv(data);
    if (received == 0) throw std::runtime_error("the server has closed the connection");
    data = data.subspan(received);
  }
}

rill::coro<int> converse(rill::socket_address address, std::vector<std::string> messages) {
  const rill::socket connection = co_await open(address);
  const bool from_input = messages.empty();
  std::size_t next = 0;
  while (true) {
    std::string message;
    if (from_input) {
      if (!std::getline(std::cin, message)) break;
    } else {
      if (next == messages.size()) break;
      message = messages[next++];
    }
    if (message.empty()) continue;
    co_await connection.send_all(message);
    std::printf("sent: %s\n", message.c_str());
    std::string echoed(message.size(), '\0');
    co_await receive_all(connection, echoed);
    std::printf("received: %s\n", echoed.c_str());
    if (echoed != message) throw std::runtime_error("the server has sent something else back");
  }
  co_return 0;
}

/// One connection that sends a message, waits for its echo, and so on until the deadline.
rill::coro<> ping_pong(rill::socket_address address, std::size_t size, rill::time_point deadline,
                       std::vector<std::uint32_t>& microseconds) {
  const rill::socket connection = co_await open(address);
  const std::string message(size, 'x');
  std::string echoed(size, '\0');
  rill::time_point begun = rill::loop_clock::now();
  while (begun < deadline) {
    co_await connection.send_all(message);
    co_await receive_all(connection, echoed);
    const rill::time_point ended = rill::loop_clock::now();
    microseconds.push_back(static_cast<std::uint32_t>((ended - begun).count() / 1000));
    begun = ended;
  }
}

std::uint32_t percentile(const std::vector<std::uint32_t>& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto place = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
  return sorted[std::min(place, sorted.size() - 1)];
}

rill::coro<int> load(rill::socket_address address, load_settings set) {
  std::vector<std::uint32_t> microseconds;
  std::vector<rill::task<>> connections;
  const auto limit = std::chrono::nanoseconds(static_cast<std::int64_t>(set.seconds * 1e9));
  const rill::time_point begun = rill::loop_clock::now();
  for (int i = 0; i < set.connections; ++i) {
    connections.push_back(rill::create_task(
        ping_pong(address, static_cast<std::size_t>(set.size), begun + limit, microseconds)));
  }
  std::string problem;
  int failed = 0;
  for (const auto& connection : connections) {
    try {
      co_await connection;
    } catch (const std::exception& error) {
      ++failed;
      problem = error.what();
    }
  }
  const auto took = std::chrono::duration<double>(rill::loop_clock::now() - begun).count();
  std::sort(microseconds.begin(), microseconds.end());
  std::printf("%zu round trips of %d bytes on %d connections in %.2f s: %.0f round trips/s\n",
              microseconds.size(), set.size, set.connections, took,
              static_cast<double>(microseconds.size()) / took);
  std::printf("latency: p50 %u us, p99 %u us, p99.9 %u us\n", percentile(microseconds, 0.5),
              percentile(microseconds, 0.99), percentile(microseconds, 0.999));
  if (failed != 0) {
    std::fprintf(stderr, "echo_client: %d of %d connections failed; the last: %s\n", failed,
                 set.connections, problem.c_str());
  }
  co_return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  examples::command_line command(count, arguments, usage);
  const std::string host = command.text("--host", "127.0.0.1");
  const int port = command.whole_number("--port", 0, 1, 65535);
  const std::string backend = command.text("--backend", "");
  const bool loaded = command.flag("--load");
  load_settings set;
  if (loaded) {
    set.connections = command.whole_number("--connections", 1, 1, 100'000);
    set.size = command.whole_number("--size", 64, 1, 1 << 20);
    set.seconds = command.number("--seconds", 2, 0.001, 3600);
  }
  std::vector<std::string> messages = command.rest();
  if (port == 0) command.fail("--port is needed");
  if (loaded && !messages.empty()) command.fail("--load takes no messages");
  const std::optional<rill::ip_address> parsed = rill::ip_address::try_parse(host);
  if (!parsed) command.fail("--host needs an IP address, not '" + host + "'");
  const rill::socket_address address(*parsed, static_cast<std::uint16_t>(port));
  try {
    if (loaded) return rill::run(load(address, set), {.backend = backend});
    return rill::run(converse(address, std::move(messages)), {.backend = backend});
  } catch (const std::invalid_argument& error) {
    command.fail(error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_client: %s\n", error.what());
    return 1;
  }
}
