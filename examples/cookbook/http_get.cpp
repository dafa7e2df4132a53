// SPDX-License-Identifier: BSL-1.0
// A page by HTTP, by hand: the request is written, the lines of the answer come out of a generator,
// and the connection is closed on every way out. Listings F 8.3, F* 8.3, N49.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

/// The lines of an answer, up to the end of the connection. A last line without an end is one too.
rill::async_generator<std::string> lines_of(std::string host, std::uint16_t port) {
  auto [reader, writer] = co_await rill::open_connection(host, port);
  // The empty line ends the head, so that `Host` comes before it.
  const std::string request = "GET / HTTP/1.1\r\nConnection: close\r\nHost: " + host + "\r\n\r\n";
  co_await writer.write_all(request);
  while (auto line = co_await reader.next_line()) co_yield std::move(*line);
  writer.close();
  try {
    co_await writer.wait_closed();
  } catch (const std::system_error&) {
    // All lines are there: how the connection has ended does not matter any more.
  }
}

rill::coro<> whole_page(std::uint16_t port) {
  std::string page;
  auto lines = lines_of("127.0.0.1", port);
  while (auto line = co_await lines.next()) {
    say(line->substr(0, line->find_last_not_of("\r\n") + 1));
    page += *line;
  }
  say(std::to_string(page.size()) + " bytes");
}

rill::coro<> only_the_status(std::uint16_t port) {
  const auto first = [](rill::async_generator<std::string>& lines) -> rill::coro<> {
    const auto status = co_await lines.next();
    if (status) say("status: " + status->substr(9, 3));
  };
  co_await rill::with(lines_of("127.0.0.1", port), first);
  say("left early: the connection is closed");
}

rill::coro<> lost_on_the_way(std::uint16_t port) {
  auto lines = lines_of("127.0.0.1", port);
  std::size_t count = 0;
  try {
    while (auto line = co_await lines.next()) ++count;
  } catch (const std::system_error& error) {
    say("after " + std::to_string(count) + " lines: " + error.code().message());
  }
}

// The stand-in: whole answers at first, a reset in the middle of the third.
class web_site {
 public:
  rill::coro<> answer(rill::stream_reader reader, rill::stream_writer writer) {
    const int visit = ++visits_;
    bool has_host = false;
    while (auto line = co_await reader.next_line()) {
      has_host = has_host || line->starts_with("Host: ");
      if (*line == "\r\n") break;
    }
    if (!has_host) {
      co_await writer.write_all("HTTP/1.1 400 Bad Request\r\n\r\n");
      co_return;
    }
    co_await writer.write_all("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\none\n");
    co_await rill::sleep(500ms);
    if (visit == 3) {
      writer.underlying_socket().set_reset_on_close();
      writer.abort();
    } else if (visit == 2) {
      const std::string rest = co_await reader.read();
      say("the site sees the end of its reader");
    } else {
      co_await writer.write_all("two\nthree, and no end of line");
    }
  }

 private:
  int visits_ = 0;
};

rill::coro<> recipe() {
  web_site site;
  const auto answer = [&site](rill::stream_reader reader,
                              rill::stream_writer writer) -> rill::coro<> {
    return site.answer(std::move(reader), std::move(writer));
  };
  rill::server server = co_await rill::start_server(answer, "127.0.0.1", 0);
  co_await whole_page(server.port());
  co_await only_the_status(server.port());
  co_await rill::sleep(1s);
  co_await lost_on_the_way(server.port());
  co_await server.shutdown(1s);
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
