// SPDX-License-Identifier: BSL-1.0
// An echo server and its client on streams: what is written in three pieces is one text, and its
// end is told by closing half of the connection. Listings M1, M2, M3.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

rill::coro<> echo(rill::stream_reader reader, rill::stream_writer writer) {
  say("server: connection accepted");
  while (true) {
    const std::string data = co_await reader.read(128);  // at most that; how much is not foreseen
    if (data.empty()) break;
    say("server: received " + std::to_string(data.size()) + " bytes");
    co_await writer.write_all(data);
  }
  say("server: closing");
}

rill::coro<> converse(std::string host, std::uint16_t port) {
  say("client: connecting to " + host);
  auto [reader, writer] = co_await rill::open_connection(host, port);
  co_await rill::sleep(1s);
  const std::vector<std::string> messages{"This is the message. ", "It will be sent ", "in parts."};
  for (const std::string& message : messages) {
    say("client: sending " + message);
    co_await writer.write_all(message);
    co_await rill::sleep(1s);  // without it the three would most likely be one piece
  }
  if (writer.can_write_eof()) writer.write_eof();  // the server knows by it that this is all
  say("client: waiting for response");
  const std::string response = co_await reader.read();
  say("client: received " + response);
  writer.close();
  co_await writer.wait_closed();
}

rill::coro<> much(std::uint16_t port) {
  auto [reader, writer] = co_await rill::open_connection("localhost", port);
  const std::string sent(100'000, 'x');
  auto receiving = rill::create_task(reader.readexactly(100'000));
  co_await writer.write_all(sent);
  const std::string received = co_await receiving;
  say(received == sent ? "client: a hundred thousand bytes in any pieces" : "client: ?");
}

rill::coro<> recipe() {
  say("server: starting up on localhost");
  rill::server server = co_await rill::start_server(echo, "localhost", 0);
  const std::uint16_t port = server.port();
  co_await converse("localhost", port);
  say("server: closing server");
  server.close();
  co_await server.wait_closed();
  // The address is free again at once.
  const auto quiet = [](rill::stream_reader reader, rill::stream_writer writer) -> rill::coro<> {
    while (true) {
      const std::string data = co_await reader.read(128);
      if (data.empty()) break;
      co_await writer.write_all(data);
    }
  };
  rill::server again = co_await rill::start_server(quiet, "127.0.0.1", port);
  co_await much(port);
}

}  // namespace

int main(int count, char** arguments) {
  const int failed = cookbook::run(count, arguments, recipe());
  std::printf("closing event loop\n");
  return failed;
}
