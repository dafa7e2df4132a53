// SPDX-License-Identifier: BSL-1.0
#include "chat/chat_room.hpp"

#include <array>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "chat/chat_protocol.hpp"
#include "chat/user_names.hpp"
#include "chat/utf8.hpp"
#include "rill/combinators/gather.hpp"
#include "rill/combinators/move_on_after.hpp"
#include "rill/core/yield.hpp"
#include "rill/streams/stream_errors.hpp"
#include "rill/sync/event.hpp"

namespace chat {

namespace {

constexpr const char* too_quiet = "nothing was heard of you for too long; goodbye";
constexpr const char* too_slow = "too many lines wait for you; goodbye";

shared_line shared(std::string line) {
  return std::make_shared<const std::string>(std::move(line));
}

}  // namespace

struct chat_room::session {
  explicit session(const room_options& options) : box(options.queue, options.patience) {}

  std::string name;  // empty: not among the users, or not any more
  outbox box;
  rill::event input_ended;
};

/// A connection's stay in the room, which ends with it, however that ends.
class chat_room::presence {
 public:
  presence(chat_room& room, session& client) : room_(room), client_(client) {
    room_.sessions_.insert(&client_);
  }
  presence(const presence&) = delete;
  presence& operator=(const presence&) = delete;
  ~presence() {
    room_.leave(client_, {});
    room_.sessions_.erase(&client_);
  }

 private:
  chat_room& room_;
  session& client_;
};

// [serve]
rill::coro<> chat_room::serve(rill::stream_reader reader, rill::stream_writer writer) {
  if (closed_) co_return;
  session client(options_);
  const presence stay(*this, client);
  co_await rill::gather(receive(client, reader), deliver(client, writer));
}
// [/serve]

rill::coro<> chat_room::receive(session& client, rill::stream_reader& reader) {
  std::string farewell;
  try {
    farewell = co_await converse(client, reader);
  } catch (const rill::limit_overrun_error&) {
    farewell = "a line has at most 65536 bytes; goodbye";
  } catch (const std::system_error&) {
    // Reset, or given up: there is nobody to say farewell to.
  }
  leave(client, farewell);
  try {
    // What a client has sent and nobody reads makes the system reset the connection when it is
    // closed, and the farewell could be lost with it.
    std::array<char, 4096> unheard;
    while (const std::size_t count = co_await reader.read_into(unheard)) {
      static_cast<void>(count);
      co_await rill::yield();
    }
  } catch (const std::system_error&) {
    // That is an end, too.
  }
  client.input_ended.set();
}

rill::coro<std::string> chat_room::converse(session& client, rill::stream_reader& reader) {
  const auto first = co_await rill::move_on_after(options_.idle, reader.readline());
  if (!first) co_return too_quiet;
  const greeting hello = read_greeting(*first);
  if (!hello.problem.empty()) co_return hello.problem;
  if (closed_) co_return "";
  if (!join(client, hello.name)) co_return "the name " + hello.name + " is taken";
  while (true) {
    const auto line = co_await rill::move_on_after(options_.idle, reader.readline());
    if (!line) co_return too_quiet;
    if (line->empty() || client.name.empty()) co_return "";
    const std::string_view text = without_end(*line);
    if (is_valid_utf8(text)) {
      ++lines_;
      announce(spoken(client.name, printable(text, "?")), options_.echo ? nullptr : &client);
    } else if (!client.box.offer(shared(notice("that was not UTF-8; not sent")))) {
      co_return too_slow;
    }
    // One line of each client per turn: whoever floods does not silence the others, and what was
    // said can go out before more is.
    co_await rill::yield();
  }
}

rill::coro<> chat_room::deliver(session& client, rill::stream_writer& writer) {
  co_await client.box.deliver(writer);
  if (!writer.is_closing()) {
    writer.write_eof();
    co_await rill::move_on_after(options_.linger, client.input_ended.wait());
  }
  writer.close();
}

bool chat_room::join(session& client, const std::string& name) {
  const bool free = users_.emplace(key_of_name(name), &client).second;
  if (!free) return false;
  client.name = name;
  client.box.offer(shared(welcome(users_.size())));
  announce(arrival(name));
  return true;
}

/// The one place where users leave; for a client that is gone already it does nothing.
void chat_room::leave(session& client, std::string_view farewell) {
  client.box.close(farewell.empty() ? std::string() : notice(farewell));
  if (client.name.empty()) return;
  const std::string name = std::exchange(client.name, {});
  users_.erase(key_of_name(name));
  announce(departure(name));
}

void chat_room::announce(std::string line, const session* except) {
  announcements_.push_back({shared(std::move(line)), except});
  if (announcing_) return;  // whoever announces already goes on with this one
  announcing_ = true;
  while (!announcements_.empty()) {
    const announcement next = std::move(announcements_.front());
    announcements_.pop_front();
    std::vector<session*> overwhelmed;
    for (const auto& [name, client] : users_) {
      if (client != next.except && !client->box.offer(next.line)) overwhelmed.push_back(client);
    }
    for (session* const client : overwhelmed) {
      ++expelled_;
      leave(*client, too_slow);
    }
  }
  announcing_ = false;
}

void chat_room::close() {
  closed_ = true;
  for (session* const client : sessions_) client->box.close();
}

room_stats chat_room::stats() const noexcept {
  return {.users = users_.size(),
          .connections = sessions_.size(),
          .lines = lines_,
          .expelled = expelled_};
}

rill::connection_handler handler_of(std::shared_ptr<chat_room> room) {
  return [room = std::move(room)](rill::stream_reader reader, rill::stream_writer writer) {
    return room->serve(std::move(reader), std::move(writer));
  };
}

rill::coro<> shut_down(rill::server& server, chat_room& room, std::chrono::nanoseconds grace) {
  server.close();
  room.close();
  const bool in_time = co_await server.wait_closed(grace);
  if (!in_time) co_await server.shutdown(std::chrono::nanoseconds(0));
}

}  // namespace chat
