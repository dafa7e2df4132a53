// SPDX-License-Identifier: BSL-1.0
//
// A server's handler that sends back what comes, and clients that ask for it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/server.hpp"
#include "support/catch.hpp"

namespace rill_test {

inline rill::coro<> echo(rill::stream_reader reader, rill::stream_writer writer) {
  while (true) {
    const std::string some = co_await reader.read(1000);
    if (some.empty()) break;
    co_await writer.write_all(some);
  }
}

inline rill::coro<std::string> ask(std::uint16_t port, std::string question) {
  rill::connection client = co_await rill::open_connection("127.0.0.1", port);
  client.writer.write(question);
  client.writer.write_eof();
  std::string answer = co_await client.reader.read();
  co_return std::move(answer);
}

/// Whether a new client of an echoing server is answered.
inline rill::coro<bool> is_served(std::uint16_t port) {
  rill::connection client = co_await rill::open_connection("127.0.0.1", port);
  client.writer.write("hello");
  const std::string answer = co_await client.reader.readexactly(5);
  co_return answer == "hello";
}

/// Until the server has that many clients.
inline rill::coro<> meet(rill::server& server, std::size_t clients) {
  constexpr std::chrono::milliseconds pause(1);
  for (int i = 0; i < 1000 && server.client_count() != clients; ++i) co_await rill::sleep(pause);
  CHECK(server.client_count() == clients);
}

}  // namespace rill_test
