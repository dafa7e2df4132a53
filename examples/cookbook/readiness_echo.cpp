// SPDX-License-Identifier: BSL-1.0
// An echo server without coroutines: the loop tells when a socket can be read or written, the
// server does the rest with the system's own calls. For code that has come this way; rill::socket
// is less work. Listings F 3.7, N31.
#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

class echo_server {
 public:
  explicit echo_server(rill::socket listener) : listener_(std::move(listener)) {
    loop_.add_reader(listener_.native(), [this] { welcome(); });
    wait_a_bit();
  }
  echo_server(const echo_server&) = delete;
  echo_server& operator=(const echo_server&) = delete;
  ~echo_server() {
    idle_.cancel();
    loop_.remove_reader(listener_.native());
    while (!clients_.empty()) leave(clients_.begin()->first, "is sent away");
  }

 private:
  struct client {
    rill::socket connection;
    std::string unsent;  // what the system did not take; while it is there, nothing is read
    int number = 0;
    std::size_t echoed = 0;
  };

  static int number(rill::native_handle handle) { return static_cast<int>(handle); }

  void wait_a_bit() {
    idle_.cancel();
    idle_ = loop_.call_later(1s, [this] {
      say("No events, waiting a bit more!");
      wait_a_bit();
    });
  }

  void welcome() {
    wait_a_bit();
    const int made = ::accept(number(listener_.native()), nullptr, nullptr);
    if (made < 0) return;  // it has gone again
    client joined;
    joined.connection = rill::socket::adopt(static_cast<rill::native_handle>(made));
    joined.connection.set_no_delay(true);
    joined.number = ++count_;
    const rill::native_handle handle = joined.connection.native();
    say("I got a connection from client " + std::to_string(joined.number) + "!");
    clients_.emplace(handle, std::move(joined));
    loop_.add_reader(handle, [this, handle] { receive(handle); });
  }

  void receive(rill::native_handle handle) {
    wait_a_bit();
    std::array<char, 1024> room{};
    const auto got = ::recv(number(handle), room.data(), room.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return leave(handle, got == 0 ? "has left" : "is lost");
    clients_.at(handle).unsent.assign(room.data(), static_cast<std::size_t>(got));
    send(handle);
  }

  // A send may be partial: the rest waits for room, and the next receive for the rest.
  void send(rill::native_handle handle) {
    client& to = clients_.at(handle);
    const auto sent = ::send(number(handle), to.unsent.data(), to.unsent.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return leave(handle, "is lost");
    if (sent > 0) {
      to.echoed += static_cast<std::size_t>(sent);
      to.unsent.erase(0, static_cast<std::size_t>(sent));
    }
    if (to.unsent.empty()) {
      if (loop_.remove_writer(handle))
        loop_.add_reader(handle, [this, handle] { receive(handle); });
    } else if (loop_.remove_reader(handle)) {
      loop_.add_writer(handle, [this, handle] { send(handle); });
    }
  }

  // Without this the end of one client would be an endless row of empty receives.
  void leave(rill::native_handle handle, const std::string& how) {
    const client& left = clients_.at(handle);
    say("client " + std::to_string(left.number) + " " + how + "; " + std::to_string(left.echoed) +
        " bytes echoed");
    loop_.remove_reader(handle);
    loop_.remove_writer(handle);
    clients_.erase(handle);  // and only then the handle is closed
  }

  rill::event_loop& loop_ = rill::event_loop::running();
  rill::socket listener_;
  std::map<rill::native_handle, client> clients_;
  rill::timer_handle idle_;
  int count_ = 0;
};

rill::socket listening() {
  rill::socket listener(rill::address_family::ipv4, rill::socket_type::stream);
  listener.set_reuse_address(true);
  listener.bind(rill::socket_address::parse("127.0.0.1:0"));
  listener.listen();
  return listener;
}

rill::coro<> greet(rill::socket_address server) {
  auto [reader, writer] = co_await rill::open_connection(server);
  writer.write("hello");
  const std::string answer = co_await reader.readexactly(5);
  say("client 1 gets " + answer);
  co_await rill::sleep(2500ms);  // the server has nothing to do meanwhile
}

rill::coro<> send_much(rill::socket_address server) {
  auto [reader, writer] = co_await rill::open_connection(server);
  const std::string much(1 << 20, 'm');
  writer.write(much);
  const std::string answer = co_await reader.readexactly(1 << 20);
  say(answer == much ? "client 2 gets its megabyte" : "client 2 gets something else");
}

rill::coro<> reset(rill::socket_address server) {
  rill::socket client = co_await rill::connect_tcp(server);
  co_await rill::sleep(10ms);
  client.set_reset_on_close();
}

rill::coro<> recipe() {
  rill::socket listener = listening();
  const rill::socket_address address = listener.local_address();
  const echo_server server(std::move(listener));
  co_await greet(address);
  co_await rill::sleep(10ms);
  co_await send_much(address);
  co_await rill::sleep(10ms);
  co_await reset(address);
  co_await rill::sleep(10ms);
  const rill::connection last = co_await rill::open_connection(address);
  co_await rill::sleep(10ms);
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
