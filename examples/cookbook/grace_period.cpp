// SPDX-License-Identifier: BSL-1.0
// An echo server that ends in order: Ctrl-C closes the listener, all clients together have two
// seconds to finish, the rest is cancelled and joined. A second Ctrl-C ends the program. Then
// the way of the books: leave the loop, and run it again for the clients that are left.
// Listings F 3.10, F 3.5.2-b, F 3.5.2-c, N27.
#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

using handlers = std::vector<rill::task<>>;

rill::coro<> echo(rill::socket client) {
  std::array<char, 1024> room{};
  while (true) {
    const std::size_t count = co_await client.recv(room);
    if (count == 0) co_return;
    const std::string_view data(room.data(), count);
    if (data == "boom\r\n") throw std::runtime_error("a client has said boom");
    co_await client.send_all(data);
  }
}

rill::coro<> accept_clients(const rill::socket& listener, handlers& clients) {
  while (true) {
    rill::socket client = co_await listener.accept();
    clients.push_back(rill::create_task(echo(std::move(client))));
  }
}

rill::socket listening() {
  rill::socket listener(rill::address_family::ipv4, rill::socket_type::stream);
  listener.set_reuse_address(true);
  listener.bind(rill::socket_address::parse("127.0.0.1:0"));
  listener.listen();
  return listener;
}

/// One limit for all; whatever one of them ends with, the others are waited for.
rill::coro<> end_clients(handlers clients) {
  auto [done, pending] = co_await rill::wait(clients, {.timeout = 2s});
  for (const auto& client : pending) client.cancel();
  co_await rill::wait(pending);
  std::string failures;
  for (const auto& client : done) {
    if (!client.cancelled() && client.exception()) {
      failures += "; " + rill::describe_exception(client.exception());
    }
  }
  say(std::to_string(done.size()) + " clients had ended, " + std::to_string(pending.size()) +
      " were cancelled" + failures);
}

rill::coro<> serve(rill::socket listener, handlers& clients) {
  std::exception_ptr interruption;
  try {
    co_await accept_clients(listener, clients);
  } catch (const rill::cancelled_error&) {
    interruption = std::current_exception();
  }
  listener.close();  // first: who comes now would have no grace
  say("closing");
  co_await end_clients(clients);
  std::rethrow_exception(interruption);
}

rill::coro<> stay_silent(rill::socket_address server) {
  auto [reader, writer] = co_await rill::open_connection(server);
  co_await reader.read();  // until the server ends it
}

rill::coro<> finish_in_time(rill::socket_address server) {
  auto [reader, writer] = co_await rill::open_connection(server);
  writer.write("half of ");
  co_await rill::sleep(1500ms);
  writer.write("a message");
  const std::string echoed = co_await reader.readexactly(17);
  say("echoed: " + echoed);
}

rill::coro<> say_boom(rill::socket_address server) {
  auto [reader, writer] = co_await rill::open_connection(server);
  writer.write("boom\r\n");
  co_await reader.read();
}

rill::coro<> press_ctrl_c(rill::socket_address server) {
  co_await rill::sleep(1s);
  std::raise(SIGINT);
  co_await rill::sleep(1s);
  try {
    co_await rill::open_connection(server);
  } catch (const std::system_error&) {
    say("who comes during the grace is refused");
  }
}

rill::coro<> ended_by_ctrl_c(int silent_clients, bool others) {
  rill::socket listener = listening();
  const rill::socket_address address = listener.local_address();
  std::vector<rill::task<>> visitors;
  for (int i = 0; i < silent_clients; ++i) {
    visitors.push_back(rill::create_task(stay_silent(address)));
  }
  if (others) {
    visitors.push_back(rill::create_task(finish_in_time(address)));
    visitors.push_back(rill::create_task(say_boom(address)));
  }
  visitors.push_back(rill::create_task(press_ctrl_c(address)));
  handlers clients;
  co_await serve(std::move(listener), clients);
}

void run_until_ctrl_c(cookbook::timing& time, int silent_clients, bool others) {
  try {
    rill::run(cookbook::begin(ended_by_ctrl_c(silent_clients, others)), time.options());
  } catch (const rill::interrupted_error&) {
    std::printf("         interrupted, and nothing is left\n");
  }
}

rill::coro<> serve_until_left(handlers& clients, std::vector<rill::task<>>& visitors) {
  const rill::socket listener = listening();
  visitors.push_back(rill::create_task(stay_silent(listener.local_address())));
  co_await accept_clients(listener, clients);
}

// What is under way stays under way while the loop stands still, and goes on when it runs again.
void run_again(cookbook::timing& time) {
  rill::event_loop loop(time.options());
  handlers clients;
  std::vector<rill::task<>> visitors;
  loop.call_later(1s, [&loop] {
    say("leaving the loop");
    loop.stop();
  });
  try {
    loop.run_until_complete(cookbook::begin(serve_until_left(clients, visitors)));
  } catch (const rill::usage_error&) {  // stopped before its end
    loop.run_until_complete(end_clients(clients));
  }
  loop.close();  // the server's frame goes with it, and the listener with the frame
}

}  // namespace

int main(int count, char** arguments) {
  cookbook::timing time(count, arguments);
  std::printf("-- fifty silent clients\n");
  run_until_ctrl_c(time, 50, false);
  std::printf("-- one is silent, one in the middle of a message, one fails\n");
  run_until_ctrl_c(time, 1, true);
  std::printf("-- none\n");
  run_until_ctrl_c(time, 0, false);
  std::printf("-- the loop is left and run again\n");
  run_again(time);
}
