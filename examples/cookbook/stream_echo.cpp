// SPDX-License-Identifier: BSL-1.0
// An echo server and its client on streams: what is written in three pieces is one text, and its
// end is told by closing half of the connection. Listings M1, M2, M3.
//
//     cookbook_stream_echo --port 10000
//     cookbook_stream_echo --connect 10000 --clients 3 --payload "some words"
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

constexpr std::string_view usage =
    "usage: cookbook_stream_echo [--port PORT | --connect PORT] [--payload TEXT] [--clients N]\n"
    "                            [--virtual] [--scale FACTOR]\n"
    "Without a port, server and clients in one process.\n"
    "  --port PORT     only the server, until Ctrl-C; 0 takes any port\n"
    "  --connect PORT  only the clients\n"
    "  --payload TEXT  what is sent instead of the three messages\n"
    "  --clients N     how many there are (1)\n"
    "  --virtual       in virtual time: waiting takes no time\n"
    "  --scale FACTOR  a second takes so many seconds (1)";

using texts = std::vector<std::string>;

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

rill::coro<> converse(std::uint16_t port, const texts& messages) {
  say("client: connecting to localhost");
  auto [reader, writer] = co_await rill::open_connection("localhost", port);
  // Begun now: a server that echoes what it has not read all of must get rid of it.
  auto response = rill::create_task(reader.read());
  co_await rill::sleep(1s);
  for (const std::string& message : messages) {
    say("client: sending " + message);
    co_await writer.write_all(message);
    co_await rill::sleep(1s);  // without it the three would most likely be one piece
  }
  if (writer.can_write_eof()) writer.write_eof();  // the server knows by it that this is all
  say("client: waiting for response");
  const std::string received = co_await response;
  say("client: received " + received);
  writer.close();
  co_await writer.wait_closed();
}

rill::coro<> converse_at_once(std::uint16_t port, const texts& messages, int clients) {
  const auto body = [&](rill::task_group& group) -> rill::coro<> {
    for (int i = 0; i < clients; ++i) group.create_task(converse(port, messages));
    co_return;
  };
  co_await rill::with_task_group(body);
}

rill::coro<> much(std::uint16_t port) {
  auto [reader, writer] = co_await rill::open_connection("localhost", port);
  const std::string sent(100'000, 'x');
  auto receiving = rill::create_task(reader.readexactly(100'000));
  co_await writer.write_all(sent);
  const std::string received = co_await receiving;
  say(received == sent ? "client: a hundred thousand bytes in any pieces" : "client: ?");
}

rill::coro<> recipe(const texts& messages, int clients) {
  say("server: starting up on localhost");
  rill::server server = co_await rill::start_server(echo, "localhost", 0);
  const std::uint16_t port = server.port();
  co_await converse_at_once(port, messages, clients);
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

rill::coro<> serve(std::uint16_t port) {
  rill::server server = co_await rill::start_server(echo, "localhost", port);
  say("server: starting up on localhost port " + std::to_string(server.port()));
  try {
    co_await server.serve_forever(2s);
  } catch (const rill::cancelled_error&) {
    say("server: closing server");
    throw;
  }
}

}  // namespace

int main(int count, char** arguments) {
  examples::command_line line(count, arguments, usage);
  cookbook::timing time(line);
  const int port = line.whole_number("--port", -1, 0, 65535);
  const int other = line.whole_number("--connect", -1, 1, 65535);
  const int clients = line.whole_number("--clients", 1, 1, 10'000);
  const std::string payload = line.text("--payload", "");
  line.done();
  if (port >= 0 && other >= 0) line.fail("--port serves and --connect does not");
  if (time.is_virtual() && (port >= 0 || other >= 0)) line.fail("a port is used in real time");
  texts messages{"This is the message. ", "It will be sent ", "in parts."};
  if (!payload.empty()) messages.assign(1, payload);
  int failed = 0;
  if (port >= 0) {
    failed = cookbook::run(time, serve(static_cast<std::uint16_t>(port)));
    if (failed == cookbook::interrupted_status) failed = 0;
  } else if (other >= 0) {
    const auto to = static_cast<std::uint16_t>(other);
    failed = cookbook::run(time, converse_at_once(to, messages, clients));
  } else {
    failed = cookbook::run(time, recipe(messages, clients));
  }
  std::printf("closing event loop\n");
  return failed;
}
