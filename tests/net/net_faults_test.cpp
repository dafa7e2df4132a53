// SPDX-License-Identifier: BSL-1.0
//
// What goes wrong with connections: peers that reset, halves that end, connects that wait.
#include <array>
#include <cstddef>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/net/connect.hpp"
#include "rill/net/socket.hpp"
#include "support/cancel_stages.hpp"
#include "support/coroutine_case.hpp"
#include "support/skip.hpp"
#include "support/socket_pair.hpp"
#include "support/system_limits.hpp"

namespace {

using rill_test::connected_pair;
using rill_test::error_of;
using rill_test::make_pair;
using rill_test::settle;

/// A listener whose queue is full: further connects to it wait.
class full_listener {
 public:
  rill::coro<> fill() {
    for (int i = 0; i < 10; ++i) {
      rill::socket& next =
          queued_.emplace_back(rill::address_family::ipv4, rill::socket_type::stream);
      const rill::task<> connecting = rill::create_task(connect(next, address()));
      co_await settle();
      if (!connecting.done()) {
        connecting.cancel();
        const bool cancelled = co_await rill_test::ended_cancelled(connecting);
        is_full = cancelled;
        break;
      }
    }
  }
  rill::socket_address address() const { return listener_.local_address(); }
  static rill::coro<> connect(const rill::socket& client, rill::socket_address address) {
    co_await client.connect(address);
  }
  bool is_full = false;

 private:
  static rill::socket make() {
    rill::socket made(rill::address_family::ipv4, rill::socket_type::stream);
    made.bind(rill::socket_address::parse("127.0.0.1:0"));
    made.listen(0);
    return made;
  }
  rill::socket listener_ = make();
  std::list<rill::socket> queued_;
};

}  // namespace

RILL_IO_TEST_CASE("a client that resets before it is accepted harms no other", "[net_faults]") {
  if (rill_test::loses_resets()) co_return;
  const rill::socket listener = rill_test::listening();
  {
    rill::socket hasty;
    co_await rill_test::connect_to(hasty, listener.local_address());
    hasty.set_reset_on_close();
  }
  rill::socket patient;
  co_await rill_test::connect_to(patient, listener.local_address());
  rill::socket server = co_await listener.accept();
  std::array<char, 8> room{};
  // The system may hand the dead one out; then its first operation tells.
  auto receiving = rill::create_task(rill_test::receive(server, room));
  co_await settle();
  if (receiving.done()) {
    const std::error_code code = co_await error_of(receiving);
    CHECK(code == std::errc::connection_reset);
    rill::socket next = co_await listener.accept();
    server = std::move(next);
  } else {
    receiving.cancel();
    const bool cancelled = co_await rill_test::was_cancelled(receiving);
    CHECK(cancelled);
  }
  CHECK(server.peer_address() == patient.local_address());
}

RILL_IO_TEST_CASE("a reset is told to a send that waits for room, and to a receive beside it",
                  "[net_faults]") {
  if (rill_test::loses_resets()) co_return;
  connected_pair pair = co_await make_pair();
  const std::string much(16 << 20, 'm');
  std::array<char, 8> room{};
  auto sending = rill::create_task(pair.client.send_all(much));
  auto receiving = rill::create_task(rill_test::receive(pair.client, room));
  co_await settle();
  CHECK(!sending.done());
  CHECK(!receiving.done());
  pair.server.set_reset_on_close();
  pair.server.close();
  const std::error_code sent = co_await error_of(sending);
  CHECK((sent == std::errc::connection_reset || sent == std::errc::broken_pipe));
  // The system tells a reset once; who comes second finds the end.
  const std::error_code received = co_await error_of(receiving);
  CHECK((received == std::errc::connection_reset || !received));
}

RILL_IO_TEST_CASE("operations on nothing end at once and take nothing", "[net_faults]") {
  connected_pair pair = co_await make_pair();
  co_await pair.client.send_all("");
  const std::size_t none = co_await pair.client.send(std::string_view());
  CHECK(none == 0);
  co_await pair.client.send_all("kept");
  std::array<char, 8> room{};
  const std::size_t nothing = co_await pair.server.recv(std::span(room).first(0));
  CHECK(nothing == 0);
  const std::size_t filled = co_await pair.server.recv_all(std::span(room).first(0));
  CHECK(filled == 0);
  const std::size_t count = co_await pair.server.recv(room);
  CHECK(std::string_view(room.data(), count) == "kept");
}

RILL_IO_TEST_CASE("each half of a connection ends by itself", "[net_faults]") {
  connected_pair pair = co_await make_pair();
  std::array<char, 8> room{};
  pair.client.shutdown(rill::shutdown_side::write);
  const std::size_t end = co_await pair.server.recv(room);
  CHECK(end == 0);
  co_await pair.server.send_all("answer");
  const std::size_t answer = co_await pair.client.recv(room);
  CHECK(answer == 6);
  pair.server.shutdown(rill::shutdown_side::write);
  const std::size_t other_end = co_await pair.client.recv(room);
  CHECK(other_end == 0);
  auto sending = rill::create_task(pair.client.send_all("too late"));
  const std::error_code code = co_await error_of(sending);
  CHECK(code == std::errc::broken_pipe);
}

RILL_IO_TEST_CASE("half of a close wakes a receive that waits on that half", "[net_faults]") {
  if (rill_test::leaves_receives_waiting()) co_return;
  connected_pair pair = co_await make_pair();
  std::array<char, 8> room{};
  auto receiving = rill::create_task(rill_test::receive(pair.client, room));
  co_await settle();
  pair.client.shutdown(rill::shutdown_side::read);
  const std::size_t woken = co_await receiving;
  CHECK(woken == 0);
}

RILL_IO_TEST_CASE("a connect that waits can be cancelled, and its socket is free", "[net_faults]") {
  full_listener busy;
  co_await busy.fill();
  if (!busy.is_full) {
    rill_test::skip("this system's queue of connections does not fill");
    co_return;
  }
  for (int times = 1; times < 3; ++times) {
    rill::socket client(rill::address_family::ipv4, rill::socket_type::stream);
    const rill::task<> connecting =
        rill::create_task(full_listener::connect(client, busy.address()));
    co_await settle();
    CHECK(!connecting.done());
    for (int i = 0; i < times; ++i) connecting.cancel();
    const bool cancelled = co_await rill_test::ended_cancelled(connecting);
    CHECK(cancelled);
    client.close();
  }
  const auto open = [](rill::socket_address address) -> rill::coro<> {
    const rill::socket none = co_await rill::connect_tcp(address);
    CHECK(!none);
  };
  const rill::task<> opening = rill::create_task(open, busy.address());
  co_await settle();
  CHECK(!opening.done());
  opening.cancel();
  const bool cancelled = co_await rill_test::ended_cancelled(opening);
  CHECK(cancelled);
}
