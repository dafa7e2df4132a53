// SPDX-License-Identifier: BSL-1.0
//
// A chat's server and its users, for tests: they connect, speak, and hear lines.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "chat/chat_protocol.hpp"
#include "chat/chat_room.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/server.hpp"

namespace rill_test {

/// A room without limits of time. On a busy machine a virtual clock may jump while bytes are under
/// way between sockets: only cases about such a limit have it.
inline chat::room_options unhurried() {
  chat::room_options options;
  options.idle = options.patience = std::chrono::nanoseconds::max();
  return options;
}

/// A server of `room` on a free port.
inline rill::coro<rill::server> open_room(std::shared_ptr<chat::chat_room> room) {
  rill::server_options options;
  options.backlog = 1024;
  rill::connection_handler handler = chat::handler_of(std::move(room));
  rill::server made = co_await rill::start_server(std::move(handler), "127.0.0.1", 0, options);
  co_return std::move(made);
}

/// The next line without its end; empty at the end of the stream.
inline rill::coro<std::string> hear(rill::connection& client) {
  std::string line = co_await client.reader.readline();
  if (line.ends_with('\n')) line.pop_back();
  co_return std::move(line);
}

/// That many lines, one below the other.
inline rill::coro<std::string> hear(rill::connection& client, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    const std::string line = co_await hear(client);
    all += line + "\n";
  }
  co_return std::move(all);
}

/// Everything to the end of the stream.
inline rill::coro<std::string> hear_out(rill::connection& client) {
  std::string all = co_await client.reader.read();
  co_return std::move(all);
}

/// Connects, and sends `first` as it is.
inline rill::coro<rill::connection> knock(const rill::server& server, std::string first) {
  rill::connection_options options;
  options.limit = 2 * chat::longest_line;  // names come before what is said
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port(), options);
  if (!first.empty()) client.writer.write(first);
  co_return std::move(client);
}

/// Connects as a user, who has heard the welcome and the own arrival.
inline rill::coro<rill::connection> come_in(const rill::server& server, std::string name) {
  rill::connection client = co_await knock(server, chat::write_greeting(name));
  const std::string greeted = co_await hear(client, 2);
  static_cast<void>(greeted);
  co_return std::move(client);
}

/// Waits until the room has that many users.
inline rill::coro<bool> counts(const chat::chat_room& room, std::size_t users) {
  for (int i = 0; i < 2000 && room.stats().users != users; ++i) {
    co_await rill::sleep(std::chrono::microseconds(100));
  }
  co_return room.stats().users == users;
}

}  // namespace rill_test
