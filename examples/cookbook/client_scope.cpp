// SPDX-License-Identifier: BSL-1.0
// A TCP client as a scope: connects on entry, hands out reader and writer, closes on every way out.
// Listing R5.4.
#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

/// For with(). All addresses of the host are tried, and all that went wrong is told if none works.
class tcp_client {
 public:
  tcp_client(std::string host, std::uint16_t port) : host_(std::move(host)), port_(port) {}

  rill::coro<> open() {
    connection_.emplace(co_await rill::open_connection(host_, port_));
    say("connected");
  }
  // Shielded by with(): a cancellation waits until the connection is closed.
  rill::coro<> close(std::exception_ptr error) {
    connection_->writer.close();
    try {
      co_await connection_->writer.wait_closed();
    } catch (const std::system_error&) {
      if (!error) throw;  // of two errors the body's is the one to tell
    }
    say("closed");
  }

  rill::stream_reader& reader() { return connection_->reader; }
  rill::stream_writer& writer() { return connection_->writer; }

 private:
  std::string host_;
  std::uint16_t port_;
  std::optional<rill::connection> connection_;
};

// The other side: answers one request, and tells when its client has gone.
rill::coro<> answer(rill::stream_reader reader, rill::stream_writer writer) {
  while (auto line = co_await reader.next_line()) {
    if (*line == "\r\n") co_await writer.write_all("HTTP/1.1 200 OK\r\n\r\nhello\n");
  }
  say("the server sees the end");
}

rill::coro<> ask(tcp_client& client) {
  co_await client.writer().write_all("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
  const std::string first = co_await client.reader().readline();
  say("answer: " + first.substr(0, first.size() - 2));
}
rill::coro<> fail(tcp_client& /*client*/) {
  throw std::runtime_error("the body fails");
  co_return;
}
rill::coro<> wait_in_vain(tcp_client& client) {
  const std::string never = co_await client.reader().readline();
  say("?" + never);
}

rill::coro<> recipe() {
  rill::server server = co_await rill::start_server(&answer, "127.0.0.1", 0);
  co_await rill::with(tcp_client("127.0.0.1", server.port()), ask);
  co_await rill::sleep(1s);
  try {
    co_await rill::with(tcp_client("127.0.0.1", server.port()), fail);
  } catch (const std::runtime_error& error) {
    say(error.what());
  }
  co_await rill::sleep(1s);
  try {
    co_await rill::wait_for(rill::with(tcp_client("127.0.0.1", server.port()), wait_in_vain), 2s);
  } catch (const rill::timeout_error&) {
    say("the body was cut short");
  }
  co_await rill::sleep(1s);
  const std::uint16_t port = server.port();
  server.close();
  co_await server.wait_closed();
  try {
    co_await rill::with(tcp_client("127.0.0.1", port), ask);
  } catch (const std::system_error&) {
    say("nobody listens: the scope was not entered");
  }
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
