// SPDX-License-Identifier: BSL-1.0
//
// Loops that are closed with operations in flight: each ends, and what it held is freed.
#include <array>
#include <chrono>
#include <functional>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "rill/core/cancel_scope.hpp"
#include "rill/core/create_task.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/net/connect.hpp"
#include "rill/net/resolver.hpp"
#include "rill/net/socket.hpp"
#include "support/coroutine_case.hpp"
#include "support/socket_pair.hpp"
#include "support/witness.hpp"

namespace {

using rill_test::connected_pair;
using rill_test::make_pair;
using rill_test::witness;

rill::coro<> receive(witness held) {
  connected_pair pair = co_await make_pair();
  std::array<char, 8> room{};
  co_await pair.server.recv(room);
  CHECK(!held.holds());
}

rill::coro<> receive_shielded(witness held) {
  connected_pair pair = co_await make_pair();
  std::array<char, 8> room{};
  const rill::cancel_scope keep(rill::cancel_scope::shielding::shielded);
  co_await pair.server.recv(room);
  CHECK(!held.holds());
}

rill::coro<> receive_ahead(witness held) {
  connected_pair pair = co_await make_pair();
  pair.server.set_read_ahead(true);
  co_await pair.client.send_all("more than is asked for");
  std::array<char, 4> room{};
  co_await pair.server.recv(room);
  std::array<char, 64> rest{};
  co_await pair.server.recv_all(std::span<char>(rest));
  CHECK(!held.holds());
}

rill::coro<> send(witness held) {
  connected_pair pair = co_await make_pair();
  co_await pair.client.send_all(std::string(16 << 20, 's'));
  CHECK(!held.holds());
}

rill::coro<> accept(witness held) {
  const rill::socket listener = rill_test::listening();
  co_await listener.accept();
  CHECK(!held.holds());
}

// Connections that nobody takes any more are in the queue of the listener.
rill::coro<> accept_one_of_three(witness held) {
  const rill::socket listener = rill_test::listening();
  std::list<rill::socket> clients(3);
  for (rill::socket& client : clients) {
    co_await rill_test::connect_to(client, listener.local_address());
  }
  const rill::socket one = co_await listener.accept();
  co_await rill::sleep(std::chrono::hours(1));
  CHECK(!held.holds());
}

rill::coro<> receive_a_datagram(witness held) {
  rill::socket receiver(rill::address_family::ipv4, rill::socket_type::datagram);
  receiver.bind(rill::socket_address::parse("127.0.0.1:0"));
  std::array<char, 8> room{};
  co_await receiver.recv_from(room);
  CHECK(!held.holds());
}

// The queue takes one or two; the others wait for an answer.
rill::coro<> connect(witness held) {
  rill::socket listener(rill::address_family::ipv4, rill::socket_type::stream);
  listener.bind(rill::socket_address::parse("127.0.0.1:0"));
  listener.listen(0);
  std::list<rill::socket> clients;
  for (int i = 0; i < 4; ++i) {
    rill::socket& next =
        clients.emplace_back(rill::address_family::ipv4, rill::socket_type::stream);
    co_await next.connect(listener.local_address());
  }
  co_await listener.accept();
  co_await rill::sleep(std::chrono::hours(1));
  CHECK(!held.holds());
}

class mute_resolver final : public rill::resolver {
 public:
  rill::coro<std::vector<rill::socket_address>> resolve(std::string /*host*/,
                                                        std::uint16_t /*port*/,
                                                        rill::address_family /*family*/) override {
    co_await rill::sleep(std::chrono::hours(1));
    std::vector<rill::socket_address> none;
    co_return std::move(none);
  }
};

rill::coro<> connect_by_name(witness held) {
  mute_resolver names;
  rill::connect_options options;
  options.names = &names;
  const rill::socket none = co_await rill::connect_tcp("mute.test", 80, options);
  CHECK(!held.holds());
}

// The system's resolver answers when it likes: before the end of the loop, or to nobody.
rill::coro<> look_up(witness held) {
  co_await rill::resolve("localhost", 80);
  co_await rill::sleep(std::chrono::hours(1));
  CHECK(!held.holds());
}

constexpr rill::coro<> (*everything[])(witness) = {
    receive, receive_shielded, receive_ahead, send, accept, accept_one_of_three, receive_a_datagram,
    connect, connect_by_name,  look_up};

}  // namespace

RILL_REACTOR_TEST_CASE("a loop is closed with every operation in flight", "[loop_close]") {
  // After that many turns: not begun, just begun, waiting.
  for (const int turns : {0, 1, 2, 3, 40}) {
    INFO("closed after " << turns << " turns");
    int alive = 0;
    {
      rill::event_loop loop(rill_test::backend_options());
      std::vector<rill::task<>> tasks;
      for (const auto work : everything) tasks.push_back(loop.create_task(work, witness(alive)));
      for (int i = 0; i < turns; ++i) loop.run_once();
      CHECK(alive > 0);
      loop.close();
      for (const rill::task<>& task : tasks) CHECK(task.cancelled());
    }
    CHECK(alive == 0);
  }
}

RILL_REACTOR_TEST_CASE("a loop is closed with cancellations in flight", "[loop_close]") {
  for (const int turns : {0, 1, 2}) {
    int alive = 0;
    {
      rill::event_loop loop(rill_test::backend_options());
      std::vector<rill::task<>> tasks;
      for (const auto work : everything) tasks.push_back(loop.create_task(work, witness(alive)));
      for (int i = 0; i < 40; ++i) loop.run_once();
      for (const rill::task<>& task : tasks) task.cancel();
      for (int i = 0; i < turns; ++i) loop.run_once();
      loop.close();
      for (const rill::task<>& task : tasks) CHECK(task.cancelled());
    }
    CHECK(alive == 0);
  }
}
