// SPDX-License-Identifier: BSL-1.0
// HTTP GET by a protocol: the request is sent when the connection is made, the answer is a future.
// Listings F 8.1, F 8.2, F* 8.1, F* 8.2, N47.
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

class http_get : public rill::protocol {
 public:
  explicit http_get(std::string host) : host_(std::move(host)) {}

  /// The whole answer, as bytes: whoever awaits it decodes it, where an error has a place to go.
  rill::future<std::string> answer() const { return answer_; }

  void connection_made(std::shared_ptr<rill::transport> made) override {
    say("Connection made to " + host_);
    made->write("GET / HTTP/1.1\r\nConnection: close\r\nHost: " + host_ + "\r\n\r\n");
  }
  void data_received(std::string_view data) override {
    say("Data received!");
    text_ += data;
  }
  bool eof_received() override {
    finish(nullptr);
    return false;
  }
  // The one call that comes on every path.
  void connection_lost(std::exception_ptr error) override {
    say(error ? "Connection closed with an error." : "Connection closed without error.");
    finish(error);
  }

 private:
  void finish(const std::exception_ptr& error) {
    if (answer_.done()) return;
    if (error) {
      answer_.set_exception(error);
    } else {
      answer_.set_result(std::move(text_));
    }
  }

  std::string host_;
  std::string text_;
  rill::future<std::string> answer_ = rill::event_loop::running().create_future<std::string>();
};

// The stand-in: three pieces; or a reset; or nothing at all.
rill::coro<> serve(rill::stream_reader reader, rill::stream_writer writer) {
  const std::string request = co_await reader.readuntil("\r\n\r\n");
  if (request.find("Host: reset") != std::string::npos) {
    writer.underlying_socket().set_reset_on_close();
    writer.abort();
    co_return;
  }
  if (request.find("Host: silent") != std::string::npos) {
    co_await reader.read();
    co_return;
  }
  for (const char* const piece : {"HTTP/1.1 200 OK\r\n", "\r\n", "<html>"}) {
    co_await writer.write_all(piece);
    co_await rill::sleep(10ms);
  }
}

rill::coro<> get(std::string host, std::uint16_t port) {
  const auto factory = [&host] { return std::make_unique<http_get>(host); };
  auto [transport, protocol] = co_await rill::create_connection(factory, "127.0.0.1", port);
  try {
    const std::string text = co_await rill::wait_for(protocol->answer(), 100ms);
    say("answer of " + std::to_string(text.size()) + " bytes");
  } catch (const std::system_error&) {
    say("no answer: the connection was reset");
  } catch (const rill::timeout_error&) {
    say("no answer in time");
  }
  transport->close();
  co_await rill::sleep(1s);
}

rill::coro<> recipe() {
  rill::server server = co_await rill::start_server(&serve, "127.0.0.1", 0);
  const std::uint16_t port = server.port();
  co_await get("localhost", port);
  co_await get("reset", port);
  co_await get("silent", port);
  server.close();
  co_await server.wait_closed();
  try {
    co_await get("nobody", port);
  } catch (const std::system_error&) {
    say("refused: the protocol was never made");
  }
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
