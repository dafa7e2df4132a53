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
    "usage: echo_client --port PORT [--host HOST] [--backend NAME] [MESSAGE ...]\n"
    "       echo_client --port PORT [--host HOST] [--backend NAME] --load\n"
    "                   [--connections N] [--size BYTES] [--seconds S]\n"
    "  without messages, each line of the standard input is one";

struct target {
  std::string host;
  std::uint16_t port = 0;
};

struct load_settings {
  int connections = 1;
  int size = 64;
  double seconds = 2;
};

rill::coro<> receive_all(rill::stream_reader& reader, std::span<char> room) {
  while (!room.empty()) {
    const std::size_t count = co_await reader.read_into(room);
    if (count == 0) throw std::runtime_error("the server has closed the connection");
    room = room.subspan(count);
  }
}

rill::coro<int> converse(const target& server, std::vector<std::string> messages) {
  auto [reader, writer] = co_await rill::open_connection(server.host, server.port);
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
    writer.write(message);
    std::printf("sent: %s\n", message.c_str());
    std::string echoed(message.size(), '\0');
    co_await receive_all(reader, echoed);
    std::printf("received: %s\n", echoed.c_str());
    std::fflush(stdout);
    if (echoed != message) throw std::runtime_error("the server has sent something else back");
  }
  co_return 0;
}

/// One connection that sends a message, waits for its echo, and so on until the deadline.
rill::coro<> ping_pong(rill::socket_address server, std::size_t size, rill::time_point deadline,
                       std::vector<std::uint32_t>& microseconds) {
  auto [reader, writer] = co_await rill::open_connection(server);
  const std::string message(size, 'x');
  std::string echoed(size, '\0');
  rill::time_point begun = rill::loop_clock::now();
  while (begun < deadline) {
    writer.write(message);
    co_await receive_all(reader, echoed);
    const rill::time_point ended = rill::loop_clock::now();
    microseconds.push_back(static_cast<std::uint32_t>((ended - begun).count() / 1000));
    begun = ended;
  }
}

/// Which of the host's addresses answers: asked once, not for each connection.
rill::coro<rill::socket_address> find(const target& server) {
  const rill::connection first = co_await rill::open_connection(server.host, server.port);
  co_return first.writer.peer_address();
}

std::uint32_t percentile(const std::vector<std::uint32_t>& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto place = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
  return sorted[std::min(place, sorted.size() - 1)];
}

rill::coro<int> load(const target& server, load_settings set) {
  const rill::socket_address address = co_await find(server);
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
  target server;
  server.host = command.text("--host", "127.0.0.1");
  server.port = static_cast<std::uint16_t>(command.whole_number("--port", 0, 1, 65535));
  const std::string backend = command.text("--backend", "");
  const bool loaded = command.flag("--load");
  load_settings set;
  if (loaded) {
    set.connections = command.whole_number("--connections", 1, 1, 100'000);
    set.size = command.whole_number("--size", 64, 1, 1 << 20);
    set.seconds = command.number("--seconds", 2, 0.001, 3600);
  }
  std::vector<std::string> messages = command.rest();
  if (server.port == 0) command.fail("--port is needed");
  if (loaded && !messages.empty()) command.fail("--load takes no messages");
  try {
    if (loaded) return rill::run(load(server, set), {.backend = backend});
    return rill::run(converse(server, std::move(messages)), {.backend = backend});
  } catch (const std::invalid_argument& error) {
    command.fail(error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_client: %s\n", error.what());
    return 1;
  }
}
