// SPDX-License-Identifier: BSL-1.0
// chat_room: named users, and every line of one to all. Serves the connections of a rill::server.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "chat/outbox.hpp"
#include "rill/core/coro.hpp"
#include "rill/streams/server.hpp"
#include "rill/streams/stream_reader.hpp"
#include "rill/streams/stream_writer.hpp"

namespace chat {

struct room_options {
  std::chrono::nanoseconds idle = std::chrono::seconds(60);      ///< without a complete line
  std::chrono::nanoseconds patience = std::chrono::seconds(10);  ///< while a client takes nothing
  std::chrono::nanoseconds linger = std::chrono::seconds(1);     ///< for a client's own end
  std::size_t queue = 1000;                                      ///< lines that wait for one client
  bool echo = true;                                              ///< a line goes to its sender, too
};

struct room_stats {
  std::size_t users = 0;        ///< with a name
  std::size_t connections = 0;  ///< with or without
  std::uint64_t lines = 0;      ///< said by users
  std::uint64_t expelled = 0;   ///< because their queue was full
};

/// One loop's. Must outlive the connections that it serves: see handler_of().
class chat_room {
 public:
  explicit chat_room(room_options options) noexcept : options_(options) {}
  chat_room(const chat_room&) = delete;
  chat_room& operator=(const chat_room&) = delete;

  /// Serves one connection from its greeting to its end.
  rill::coro<> serve(rill::stream_reader reader, rill::stream_writer writer);

  /// Ends every connection once it has been sent what waits for it. Nobody comes in any more, and
  /// nobody is told who leaves. Idempotent.
  void close();

  room_stats stats() const noexcept;

 private:
  struct session;
  class presence;
  struct announcement {
    shared_line line;
    const session* except = nullptr;  // who is not given it; compared, and may have gone
  };

  rill::coro<> receive(session& client, rill::stream_reader& reader);
  rill::coro<std::string> converse(session& client, rill::stream_reader& reader);
  rill::coro<> deliver(session& client, rill::stream_writer& writer);

  bool join(session& client, const std::string& name);
  void leave(session& client, std::string_view farewell);
  void announce(std::string line, const session* except = nullptr);

  room_options options_;
  std::set<session*> sessions_;
  std::map<std::string, session*> users_;   // by key_of_name()
  std::deque<announcement> announcements_;  // that not everybody has been given yet
  bool announcing_ = false;
  bool closed_ = false;
  std::uint64_t lines_ = 0;
  std::uint64_t expelled_ = 0;
};

/// What start_server() wants: the handler that serves connections, and keeps the room.
rill::connection_handler handler_of(std::shared_ptr<chat_room> room);

/// Ends a server and its room: the listeners at once; connections when they have been sent what
/// waits for them, and not later than `grace` from now.
rill::coro<> shut_down(rill::server& server, chat_room& room, std::chrono::nanoseconds grace);

}  // namespace chat
