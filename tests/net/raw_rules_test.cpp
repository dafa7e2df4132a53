// SPDX-License-Identifier: BSL-1.0
//
// What programs on plain sockets rely on, as the naive servers of the books meet it.
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/combinators/timeout.hpp"
#include "rill/combinators/wait_for.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/net/sock_calls.hpp"
#include "support/coroutine_case.hpp"
#include "support/socket_pair.hpp"
#include "support/system_limits.hpp"
#include "support/unix_sockets.hpp"

namespace {

using namespace std::chrono_literals;
using rill_test::connected_pair;
using rill_test::listening;
using rill_test::make_pair;

rill::event_loop& loop() { return rill::event_loop::running(); }

rill::socket client_socket() {
  return rill::socket(rill::address_family::ipv4, rill::socket_type::stream);
}

rill::coro<rill::socket> accept_from(const rill::socket& listener) {
  rill::socket accepted = co_await listener.accept();
  co_return std::move(accepted);
}

}  // namespace

RILL_IO_TEST_CASE("a small buffer gets a message in pieces, and nothing is left out",
                  "[raw_rules]") {
  connected_pair pair = co_await make_pair();
  co_await pair.client.send_all("testing123\r\n");
  std::array<char, 2> room{};
  std::vector<std::string> pieces;
  for (int i = 0; i < 6; ++i) {
    const std::size_t count = co_await pair.server.recv(room);
    pieces.emplace_back(room.data(), count);
  }
  const std::vector<std::string> wanted{"te", "st", "in", "g1", "23", "\r\n"};
  CHECK(pieces == wanted);
}

RILL_IO_TEST_CASE("an accepted socket does not block, whoever accepts it", "[raw_rules]") {
  const rill::socket listener = listening();
  const rill::socket first = client_socket();
  const rill::socket second = client_socket();
  co_await first.connect(listener.local_address());
  co_await second.connect(listener.local_address());
  const rill::socket one = co_await listener.accept();
  const rill::socket other = co_await rill::sock_accept(loop(), listener.native());
  loop().set_debug(true);  // which refuses handles that block
  for (const rill::socket* accepted : {&one, &other}) {
    auto reading = rill::create_task(rill::sock_recv(loop(), accepted->native(), 1));
    co_await rill::yield();
    CHECK(!reading.done());
    reading.cancel();
    const bool cancelled = co_await rill_test::was_cancelled(reading);
    CHECK(cancelled);
  }
  loop().set_debug(false);
}

RILL_IO_TEST_CASE("a send without room for all is partial, sending all is not", "[raw_rules]") {
  connected_pair pair = co_await make_pair();
  const std::string much = rill_test::pattern(16 << 20);
  const std::size_t sent = co_await pair.client.send(much);
  CHECK(sent > 0);
  CHECK(sent < much.size());
  const std::string rest = much.substr(sent);
  auto sending = rill::create_task(rill_test::send_and_end(pair.client, rest));
  const std::string all = co_await rill_test::receive_to_the_end(pair.server, 100'000);
  co_await sending;
  CHECK(all == much);
}

RILL_IO_TEST_CASE("the backlog keeps connections in order until they are accepted", "[raw_rules]") {
  const rill::socket listener = listening();
  std::vector<rill::socket> clients;
  for (int i = 0; i < 5; ++i) {
    rill::socket client = client_socket();
    co_await client.connect(listener.local_address());
    clients.push_back(std::move(client));
  }
  for (const rill::socket& client : clients) {
    const rill::socket accepted = co_await listener.accept();
    CHECK(accepted.peer_address() == client.local_address());
  }
  auto next = rill::create_task(accept_from(listener));
  co_await rill::yield();
  CHECK(!next.done());
  next.cancel();
  const bool cancelled = co_await rill_test::was_cancelled(next);
  CHECK(cancelled);
}

RILL_IO_TEST_CASE("waiting for a client with a limit comes back without one", "[raw_rules]") {
  const rill::socket listener = listening();
  int idle_seconds = 0;
  for (int i = 0; i < 3; ++i) {
    try {
      const rill::socket none = co_await rill::wait_for(accept_from(listener), 1s);
    } catch (const rill::timeout_error&) {
      ++idle_seconds;
    }
  }
  CHECK(idle_seconds == 3);
  // The connection that comes after all that is not lost.
  const rill::socket client = client_socket();
  co_await client.connect(listener.local_address());
  const rill::socket accepted = co_await rill::wait_for(accept_from(listener), 1s);
  CHECK(accepted.peer_address() == client.local_address());
}

RILL_IO_TEST_CASE("a listener can be opened again at once where connections are still dying",
                  "[raw_rules]") {
  rill::socket_address address;
  {
    rill::socket listener = listening();
    address = listener.local_address();
    rill::socket client = client_socket();
    co_await client.connect(address);
    rill::socket served = co_await listener.accept();
    served.shutdown(rill::shutdown_side::write);  // who ends first keeps the port for minutes
    const std::string end = co_await rill_test::receive_to_the_end(client, 10);
    CHECK(end.empty());
  }
  {
    rill::socket plain = client_socket();
    if (!rill_test::shares_dying_addresses()) {
      CHECK_THROWS_AS(plain.bind(address), std::system_error);
    }
  }
  const rill::socket again = listening(address.to_string().c_str());
  const rill::socket client = client_socket();
  co_await client.connect(address);
  const rill::socket served = co_await again.accept();
  CHECK(served.peer_address() == client.local_address());
}

RILL_IO_TEST_CASE("the end of the stream is told at once, however often one asks", "[raw_rules]") {
  connected_pair pair = co_await make_pair();
  pair.client.close();
  std::array<char, 16> room{};
  for (int i = 0; i < 100; ++i) {
    const std::size_t count = co_await pair.server.recv(room);
    REQUIRE(count == 0);
  }
}

RILL_IO_TEST_CASE("a watch is gone before its handle is, and the next handle is a new one",
                  "[raw_rules]") {
  if (rill_test::lacks_readiness(rill::event_loop::running().io())) co_return;
  int calls = 0;
  const auto count = [&calls] { ++calls; };
  {
    connected_pair pair = co_await make_pair();
    loop().add_reader(pair.server.native(), count);
    co_await pair.client.send_all("x");
    for (int i = 0; i < 100 && calls == 0; ++i) co_await rill::yield();
    CHECK(calls > 0);
    CHECK(loop().remove_reader(pair.server.native()));
    CHECK(!loop().remove_reader(pair.server.native()));
  }
  const int before = calls;
  connected_pair pair = co_await make_pair();
  co_await pair.client.send_all("y");
  std::array<char, 16> room{};
  const std::size_t received = co_await pair.server.recv(room);
  CHECK(received == 1);
  CHECK(calls == before);
}
