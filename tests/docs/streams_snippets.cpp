// SPDX-License-Identifier: BSL-1.0
// The examples of the reference pages of streams, connect and resolver.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "rill/rill.hpp"

namespace {

using namespace std::chrono_literals;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("streams: %s\n", what);
  std::exit(1);
}

// [serve]
rill::coro<> echo_lines(rill::stream_reader reader, rill::stream_writer writer) {
  while (auto line = co_await reader.next_line()) co_await writer.write_all(*line);
}

rill::coro<rill::server> serve() {
  rill::server server = co_await rill::start_server(&echo_lines, "127.0.0.1", 0);
  co_return std::move(server);
}
// [/serve]

// [open]
rill::coro<std::string> ask(std::uint16_t port, std::string question) {
  auto [reader, writer] = co_await rill::open_connection("127.0.0.1", port);
  co_await writer.write_all(question + "\n");
  std::string answer = co_await reader.readline();
  writer.close();
  co_await writer.wait_closed();
  co_return answer;
}
// [/open]

rill::coro<> resolving() {
  // [resolve]
  const auto addresses = co_await rill::resolve("127.0.0.1", 80);  // literal: no look-up
  std::printf("%s\n", addresses.front().to_string().c_str());
  // [/resolve]
  expect(addresses.size() == 1, "resolve");
}

rill::coro<> incomplete() {
  // [incomplete]
  rill::stream_reader reader;
  reader.feed_data("half a message");
  reader.feed_eof();
  std::string partial;
  try {
    co_await reader.readexactly(100);
  } catch (const rill::incomplete_read_error& error) {
    partial = error.partial();
  }
  // [/incomplete]
  expect(partial == "half a message", "incomplete");
}

rill::coro<int> all() {
  rill::server server = co_await serve();
  const std::string answer = co_await ask(server.port(), "anyone there?");
  expect(answer == "anyone there?\n", "echo");
  co_await server.shutdown(1s);
  co_await resolving();
  co_await incomplete();
  co_return 0;
}

}  // namespace

int main() { return rill::run(all()); }
