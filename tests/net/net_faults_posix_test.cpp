// SPDX-License-Identifier: BSL-1.0
//
// What goes wrong beneath sockets: calls that are interrupted or would block again and again,
// queues that others empty.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <span>
#include <string>
#include <vector>

#include "base/system_calls.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/net/socket.hpp"
#include "support/alarm_rain.hpp"
#include "support/cancel_stages.hpp"
#include "support/coroutine_case.hpp"
#include "support/skip.hpp"
#include "support/socket_pair.hpp"

namespace {

using namespace std::chrono_literals;
using rill_test::alarm_rain;
using rill_test::alarms;
using rill_test::connected_pair;
using rill_test::make_pair;
using rill_test::settle;

/// A table of system calls each of which is interrupted every other time.
template <auto Field>
struct interrupted;

template <class Result, class... Args, Result (*rill::detail::system_call_table::*Field)(Args...)>
struct interrupted<Field> {
  static inline Result (*original)(Args...) = nullptr;
  static inline int count = 0;
  static void install() {
    count = 0;
    original = rill::detail::current_system_calls.*Field;
    rill::detail::current_system_calls.*Field = &call;
  }
  static Result call(Args... args) {
    if (++count % 2 != 0) {
      errno = EINTR;
      return -1;
    }
    return original(args...);
  }
};

using table = rill::detail::system_call_table;

rill::coro<> exchange_datagrams() {
  const rill::socket_address any = rill::socket_address::parse("127.0.0.1:0");
  rill::socket one(rill::address_family::ipv4, rill::socket_type::datagram);
  rill::socket two(rill::address_family::ipv4, rill::socket_type::datagram);
  one.bind(any);
  two.bind(any);
  co_await one.send_to("datagram", two.local_address());
  std::array<char, 32> room{};
  const rill::received_datagram got = co_await two.recv_from(room);
  CHECK(got.size == 8);
}

}  // namespace

RILL_IO_TEST_CASE("every system call may be interrupted every other time", "[net_faults]") {
  if (rill_test::current_backend() == "io_uring") {
    rill_test::skip("the kernel repeats its own calls");
    co_return;
  }
  const rill::detail::system_calls_restorer restorer;
  interrupted<&table::recv>::install();
  interrupted<&table::send>::install();
  interrupted<&table::accept4>::install();
  interrupted<&table::recvmsg>::install();
  interrupted<&table::sendmsg>::install();
  interrupted<&table::poll>::install();
  interrupted<&table::ppoll>::install();
  interrupted<&table::epoll_wait>::install();
  interrupted<&table::epoll_pwait2>::install();
  connected_pair pair = co_await make_pair();
  const std::string text = rill_test::pattern(1 << 20);
  const auto sending = rill::create_task(rill_test::send_and_end(pair.client, text));
  const std::string arrived = co_await rill_test::receive_to_the_end(pair.server, 10'000);
  co_await sending;
  CHECK(arrived == text);
  co_await exchange_datagrams();
  CHECK(interrupted<&table::recv>::count > 0);
  CHECK(interrupted<&table::send>::count > 0);
  CHECK(interrupted<&table::accept4>::count > 0);
  CHECK(interrupted<&table::recvmsg>::count > 0);
  CHECK(interrupted<&table::sendmsg>::count > 0);
}

RILL_IO_TEST_CASE("signals rain on the loop, and nothing is lost", "[net_faults]") {
  const alarm_rain rain;
  const std::string text = rill_test::pattern(1 << 20);
  for (int i = 0; i < 200 && alarms < 50; ++i) {
    connected_pair pair = co_await make_pair();
    const auto sending = rill::create_task(rill_test::send_and_end(pair.client, text));
    const std::string arrived = co_await rill_test::receive_to_the_end(pair.server, 10'000);
    co_await sending;
    REQUIRE(arrived == text);
  }
  CHECK(alarms > 0);
}

RILL_IO_TEST_CASE("receives that would block although bytes are there are tried again",
                  "[net_faults]") {
  if (rill_test::current_backend() == "io_uring") {
    rill_test::skip("the kernel waits in its own calls");
    co_return;
  }
  connected_pair pair = co_await make_pair();
  const rill::detail::system_calls_restorer restorer;
  static int refusals;
  refusals = 20;
  rill::detail::current_system_calls.recv = [](int handle, void* data, std::size_t size,
                                               int flags) -> ssize_t {
    if (refusals > 0) {
      --refusals;
      errno = EAGAIN;
      return -1;
    }
    return ::recv(handle, data, size, flags);
  };
  const auto trickle = [](const rill::socket& to) -> rill::coro<> {
    for (int i = 0; i < 30; ++i) {
      co_await to.send_all("x");
      co_await settle();
    }
  };
  const auto sending = rill::create_task(trickle, std::cref(pair.client));
  std::array<char, 30> room{};
  const std::size_t count = co_await pair.server.recv_all(std::span<char>(room));
  co_await sending;
  CHECK(count == 30);
  CHECK(refusals == 0);
}

RILL_IO_TEST_CASE("who shares a queue of connections with others takes each once", "[net_faults]") {
  const rill::socket listener = rill_test::listening();
  const rill::socket twin = rill::socket::adopt(
      static_cast<rill::native_handle>(::dup(static_cast<int>(listener.native()))));
  std::vector<rill::socket_address> accepted;
  const auto accept = [](const rill::socket& from,
                         std::vector<rill::socket_address>& peers) -> rill::coro<> {
    while (true) {
      const rill::socket one = co_await from.accept();
      peers.push_back(one.peer_address());
    }
  };
  const auto first = rill::create_task(accept, std::cref(listener), std::ref(accepted));
  const auto second = rill::create_task(accept, std::cref(twin), std::ref(accepted));
  std::list<rill::socket> clients;
  for (std::size_t i = 0; i < 30; ++i) {
    co_await rill_test::connect_to(clients.emplace_back(), listener.local_address());
    if (i % 3 == 0) co_await rill::yield();
  }
  while (accepted.size() < clients.size()) co_await rill::sleep(1ms);
  co_await settle();
  CHECK(accepted.size() == clients.size());
  for (const rill::socket& client : clients) {
    CHECK(std::count(accepted.begin(), accepted.end(), client.local_address()) == 1);
  }
  first.cancel();
  second.cancel();
  const bool both = co_await rill_test::ended_cancelled(first);
  const bool ended = co_await rill_test::ended_cancelled(second);
  CHECK((both && ended));
}
