// SPDX-License-Identifier: BSL-1.0
//
// Plain receives from a datagram socket, with less room than the datagram wants.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/io_awaiter.hpp"
#include "rill/net/socket.hpp"
#include "support/coroutine_case.hpp"

namespace {

/// Into four bytes.
class [[nodiscard]] receive_awaiter final : public rill::detail::io_awaiter {
 public:
  receive_awaiter(const rill::socket& from, std::uint8_t wanted_flags)
      : io_awaiter(rill::event_loop::running().io()) {
    kind = rill::io_kind::receive;
    handle = from.native();
    data = room_.data();
    size = 4;
    flags = wanted_flags;
  }
  /// What is there, with a mark behind it that is to be left alone.
  std::string_view await_resume() {
    if (finish() != 4) return "another count";
    return {room_.data(), room_.size()};
  }

 private:
  std::array<char, 8> room_{'-', '-', '-', '-', '-', '-', '-', '-'};
};

rill::coro<> check_received(const rill::socket& from, std::uint8_t flags, std::string_view wanted) {
  receive_awaiter receiving(from, flags);
  const std::string_view got = co_await receiving;
  CHECK(got == wanted);
}

}  // namespace

RILL_IO_TEST_CASE("a datagram that is too long for a receive gives what there is room for",
                  "[datagram_receive]") {
  auto [sender, receiver] = rill::socket_pair(rill::socket_type::datagram);
  co_await sender.send("0123456789");
  co_await check_received(receiver, rill::io_peek, "0123----");
  co_await check_received(receiver, 0, "0123----");
  co_await sender.send("abcd");
  co_await check_received(receiver, 0, "abcd----");
}

RILL_IO_TEST_CASE("a receive that waits gets what it has room for of a longer datagram",
                  "[datagram_receive]") {
  auto [sender, receiver] = rill::socket_pair(rill::socket_type::datagram);
  for (const std::uint8_t flags : {std::uint8_t{rill::io_peek}, std::uint8_t{0}}) {
    CAPTURE(static_cast<int>(flags));
    auto receiving = rill::create_task(check_received(receiver, flags, "0123----"));
    for (int i = 0; i < 3; ++i) co_await rill::yield();
    co_await sender.send("0123456789");
    co_await receiving;
    if (flags != 0) co_await check_received(receiver, 0, "0123----");
  }
  co_await sender.send("abcd");
  co_await check_received(receiver, 0, "abcd----");
}
