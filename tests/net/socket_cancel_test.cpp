// SPDX-License-Identifier: BSL-1.0
#include "rill/net/socket.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <system_error>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/socket_pair.hpp"

namespace {

using rill_test::connect_to;
using rill_test::connected_pair;
using rill_test::error_of;
using rill_test::listening;
using rill_test::make_pair;
using rill_test::pattern;
using rill_test::receive;
using rill_test::receive_to_the_end;
using rill_test::was_cancelled;

}  // namespace

RILL_IO_TEST_CASE("a cancelled receive has taken nothing", "[socket]") {
  connected_pair pair = co_await make_pair();
  std::array<char, 8> buffer{};
  auto receiving = rill::create_task(receive(pair.server, buffer));
  co_await rill::yield();
  receiving.cancel();
  const bool cancelled = co_await was_cancelled(receiving);
  CHECK(cancelled);
  co_await pair.client.send_all("kept");
  const std::size_t count = co_await pair.server.recv(buffer);
  CHECK(std::string(buffer.data(), count) == "kept");
}

RILL_IO_TEST_CASE("a receive that is cancelled as its bytes come loses none", "[socket]") {
  connected_pair pair = co_await make_pair();
  for (int i = 0; i < 200; ++i) {
    std::array<char, 8> buffer{};
    auto receiving = rill::create_task(receive(pair.server, buffer));
    co_await rill::yield();
    co_await pair.client.send_all("data");
    if (i % 2 == 0) co_await rill::yield();
    receiving.cancel();
    std::size_t count = 0;
    try {
      count = co_await receiving;
    } catch (const rill::cancelled_error&) {
      count = 0;
    }
    if (count == 0) count = co_await pair.server.recv(buffer);
    REQUIRE(std::string(buffer.data(), count) == "data");
  }
}

RILL_IO_TEST_CASE("a new receive follows a cancelled one at once", "[socket]") {
  connected_pair pair = co_await make_pair();
  std::array<char, 8> first{};
  std::array<char, 8> second{};
  auto cancelled = rill::create_task(receive(pair.server, first));
  co_await rill::yield();
  cancelled.cancel();
  auto receiving = rill::create_task(receive(pair.server, second));
  co_await rill::yield();
  co_await pair.client.send_all("new");
  const bool was = co_await was_cancelled(cancelled);
  CHECK(was);
  const std::size_t count = co_await receiving;
  CHECK(std::string(second.data(), count) == "new");
}

RILL_IO_TEST_CASE("a cancelled accept frees the listener", "[socket]") {
  rill::socket listener = listening();
  const rill::socket_address address = listener.local_address();
  auto accepting = rill::create_task(
      [](rill::socket& from) -> rill::coro<> {
        const rill::socket accepted = co_await from.accept();
        CHECK(accepted);
      },
      std::ref(listener));
  co_await rill::yield();
  accepting.cancel();
  const bool cancelled = co_await was_cancelled(accepting);
  CHECK(cancelled);
  listener.close();
  rill::socket client;
  auto connecting = rill::create_task(connect_to(client, address));
  const std::error_code code = co_await error_of(connecting);
  CHECK(code == std::errc::connection_refused);
}

RILL_IO_TEST_CASE("a send that blocks can be cancelled, and what arrived is a prefix", "[socket]") {
  connected_pair pair = co_await make_pair();
  const std::string text = pattern(8 << 20);
  std::size_t sent = 0;
  auto sending = rill::create_task(
      [](const rill::socket& to, const std::string& what, std::size_t& count) -> rill::coro<> {
        co_await to.send_all(std::as_bytes(std::span(what)), count);
      },
      std::cref(pair.client), std::cref(text), std::ref(sent));
  for (int i = 0; i < 10; ++i) co_await rill::yield();
  CHECK(!sending.done());
  sending.cancel();
  const bool cancelled = co_await was_cancelled(sending);
  CHECK(cancelled);
  pair.client.close();
  const std::string arrived = co_await receive_to_the_end(pair.server, 1 << 16);
  CHECK(arrived.size() == sent);
  CHECK(arrived == text.substr(0, arrived.size()));
}

RILL_IO_TEST_CASE("closing a socket ends the operations of other tasks on it", "[socket]") {
  connected_pair pair = co_await make_pair();
  std::array<char, 8> buffer{};
  auto receiving = rill::create_task(receive(pair.server, buffer));
  co_await rill::yield();
  pair.server.close();
  const std::error_code code = co_await error_of(receiving);
  CHECK(code == std::errc::bad_file_descriptor);
}

RILL_IO_TEST_CASE("a descriptor number that comes back is a new socket", "[socket]") {
  for (int i = 0; i < 20; ++i) {
    connected_pair pair = co_await make_pair();
    co_await pair.client.send_all("ping");
    std::array<char, 8> buffer{};
    const std::size_t count = co_await pair.server.recv(buffer);
    REQUIRE(count == 4);
  }
}

RILL_REACTOR_TEST_CASE("a loop can be closed with operations in flight", "[socket]") {
  rill::socket kept;
  {
    rill::event_loop loop(rill_test::backend_options());
    auto waiting = loop.create_task([]() -> rill::coro<> {
      connected_pair pair = co_await make_pair();
      std::array<char, 8> buffer{};
      co_await pair.server.recv(buffer);
    });
    auto holder = loop.create_task(
        [](rill::socket& out) -> rill::coro<> {
          out = listening();
          co_return;
        },
        std::ref(kept));
    for (int i = 0; i < 5; ++i) loop.run_once();
    loop.close();
    CHECK(waiting.cancelled());
    CHECK(holder.done());
  }
  CHECK(kept);
  kept.close();  // after its loop
  CHECK(!kept);
}
