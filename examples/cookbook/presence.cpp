// SPDX-License-Identifier: BSL-1.0
// An echo server that tells everyone who comes and goes. Each client has a queue of its own, which
// is bounded: who does not read is dropped, and delays nobody. Listings F 8.12, F* 8.12, N48.
//
//     cookbook_presence --port 8000
#include <chrono>
#include <cstdint>
#include <iterator>
#include <list>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

constexpr std::string_view usage =
    "usage: cookbook_presence [--port PORT] [--virtual] [--scale FACTOR]\n"
    "  --port PORT     serves there until Ctrl-C, for `nc 127.0.0.1 PORT`; 0 takes any\n"
    "  --virtual       in virtual time: waiting takes no time\n"
    "  --scale FACTOR  a second takes so many seconds (1)";

class presence {
 public:
  rill::coro<> serve(rill::stream_reader reader, rill::stream_writer writer) {
    member& self = members_.emplace_back(std::move(writer));
    const auto place = std::prev(members_.end());
    const auto sending = rill::create_task(send(self));
    self.messages.try_put("Welcome! " + online());
    tell_all("New user connected!\n");
    try {
      // A client that does not take its own lines back is not read from any more.
      while (auto line = co_await reader.next_line()) co_await self.messages.put(std::move(*line));
    } catch (const std::system_error&) {
      // reset: it leaves like everybody else
    } catch (const rill::queue_shut_down&) {
      // dropped
    }
    // Gone before anybody is told: nobody writes to it, and it is not counted.
    std::list<member> leaving;
    leaving.splice(leaving.end(), members_, place);
    tell_all("Client disconnected. " + online());
    self.messages.shutdown();  // what is queued still goes out
    co_await sending;
  }

 private:
  struct member {
    explicit member(rill::stream_writer to) : writer(std::move(to)) {}
    rill::stream_writer writer;
    rill::queue<std::string> messages{8};
  };

  static rill::coro<> send(member& to) {
    try {
      while (auto message = co_await to.messages.next()) co_await to.writer.write_all(*message);
    } catch (const std::system_error&) {
      to.messages.shutdown(true);  // the connection is lost: who waits for room waits in vain
    }
  }

  std::string online() const { return std::to_string(members_.size()) + " user(s) are online!\n"; }

  // Never waits, so that nobody comes or goes meanwhile.
  void tell_all(const std::string& message) {
    for (member& to : members_) {
      if (to.messages.is_shut_down() || to.messages.try_put(message)) continue;
      say("Could not write to client.");
      to.messages.shutdown(true);
      to.writer.abort();
    }
  }

  std::list<member> members_;
};

/// What a client has been told so far.
struct visitor {
  rill::connection connection;
  std::string told;

  rill::coro<> listen() {
    while (auto line = co_await connection.reader.next_line()) {
      if (line->ends_with('\n')) line->replace(line->size() - 1, 1, " | ");
      told += *line;
    }
  }
};

rill::coro<rill::server> start(presence& present, std::uint16_t port) {
  const auto serve = [&present](rill::stream_reader reader,
                                rill::stream_writer writer) -> rill::coro<> {
    return present.serve(std::move(reader), std::move(writer));
  };
  rill::server server = co_await rill::start_server(serve, "127.0.0.1", port);
  co_return server;
}

/// For whoever connects, until Ctrl-C.
rill::coro<> serve(std::uint16_t port) {
  presence present;
  rill::server server = co_await start(present, port);
  say("serving on port " + std::to_string(server.port()));
  co_await server.serve_forever(2s);
}

rill::coro<> recipe() {
  presence present;
  rill::server server = co_await start(present, 0);

  std::list<visitor> visitors;
  std::vector<rill::task<>> listening;
  for (int i = 0; i < 3; ++i) {
    rill::connection joined = co_await rill::open_connection("127.0.0.1", server.port());
    visitors.push_back(visitor{std::move(joined), {}});
    listening.push_back(rill::create_task(visitors.back().listen()));
    co_await rill::sleep(1s);
  }
  visitor& first = visitors.front();
  first.connection.writer.write("hello\nwor");
  co_await rill::sleep(1s);
  std::next(visitors.begin())->connection.writer.close();
  co_await rill::sleep(1s);
  first.connection.writer.write_eof();  // half a close: the other half is the server's to close
  co_await listening.front();
  say("first:  " + first.told);
  say("second: " + std::next(visitors.begin())->told);
  say("third:  " + visitors.back().told);

  // One that floods the server and reads nothing: it fills its own queue, and is dropped when the
  // next message for it comes.
  rill::connection deaf = co_await rill::open_connection("127.0.0.1", server.port());
  const std::string line = std::string(60'000, 'x') + "\n";
  for (int i = 0; i < 300; ++i) deaf.writer.write(line);
  co_await rill::sleep(1s);
  visitors.back().told.clear();
  co_await rill::open_connection("127.0.0.1", server.port());  // comes, and goes at once
  co_await rill::sleep(1s);
  say("third:  " + visitors.back().told);
  deaf.writer.abort();
  visitors.back().connection.writer.close();
  server.close();
  co_await server.wait_closed();
  say("nobody is left");
}

}  // namespace

int main(int count, char** arguments) {
  return cookbook::play_or_serve(count, arguments, usage, recipe, serve);
}
