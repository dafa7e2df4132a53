// SPDX-License-Identifier: BSL-1.0
//
// What io_uring does on each of its rungs: with the connections of a listening socket, and what a
// host sees that embeds the loop. The rest is in the tests of all reactors.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "base/system_calls.hpp"
#include "reactor/io_uring_rung.hpp"
#include "rill/loop/reactor.hpp"
#include "support/catch.hpp"
#include "support/pipe_pair.hpp"
#include "support/skip.hpp"

namespace {

using rill::detail::io_uring_rung;

struct accept_op final : rill::io_op {
  explicit accept_op(rill::native_handle listener) {
    complete = [](rill::io_op& self) noexcept { static_cast<accept_op&>(self).ended = true; };
    handle = listener;
    kind = rill::io_kind::accept;
  }
  bool ended = false;
};

struct message_op final : rill::io_op {
  explicit message_op(rill::native_handle from) {
    complete = [](rill::io_op& self) noexcept { static_cast<message_op&>(self).ended = true; };
    handle = from;
    kind = rill::io_kind::receive_message;
    message.buffers = &buffer;
    message.buffer_count = 1;
    data = &message;
  }
  char room[8] = {};
  rill::io_buffer buffer{room, sizeof room};
  rill::io_message message;
  bool ended = false;
};

/// A listening socket, and clients that have connected to it.
class visited_listener {
 public:
  visited_listener() {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(number_, as_general(here), sizeof here) != 0 || ::listen(number_, 100) != 0)
      throw std::runtime_error("no listening socket");
  }
  visited_listener(const visited_listener&) = delete;
  visited_listener& operator=(const visited_listener&) = delete;
  ~visited_listener() {
    ::close(number_);
    for (const int client : clients_) ::close(client);
  }

  int number() const { return number_; }
  /// The connection is in the queue when this returns.
  void connect_one() {
    sockaddr_in there{};
    socklen_t size = sizeof there;
    clients_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::getsockname(number_, as_general(there), &size) != 0 ||
        ::connect(clients_.back(), as_general(there), size) != 0)
      throw std::runtime_error("no connection");
  }

 private:
  static sockaddr* as_general(sockaddr_in& address) {
    return reinterpret_cast<sockaddr*>(&address);
  }

  int number_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  std::vector<int> clients_;
};

/// Calls `examine` with a reactor for each rung.
void on_each_rung(const std::function<void(rill::reactor&)>& examine) {
  for (const auto rung :
       {io_uring_rung::deferred, io_uring_rung::cooperative, io_uring_rung::plain}) {
    CAPTURE(static_cast<int>(rung));
    std::unique_ptr<rill::reactor> io;
    try {
      io = rill::detail::make_io_uring_on(rung);
    } catch (const std::system_error& error) {
      rill_test::skip(error.what());
      return;
    }
    examine(*io);
  }
}

/// Returns the number of turns that it took.
int turns_until_ended(rill::reactor& io, const accept_op& op) {
  int turns = 0;
  for (; !op.ended && turns < 100; ++turns) io.wait(1'000'000'000);
  CHECK(op.ended);
  return turns;
}

/// As a host that sleeps until the reactor's handle shows something: at most `milliseconds`.
void host(rill::reactor& io, const message_op& op, int milliseconds) {
  pollfd shown{static_cast<int>(io.pollable()), POLLIN, 0};
  for (int i = 0; i < 100 && !op.ended && ::poll(&shown, 1, milliseconds) == 1; ++i) io.wait(0);
}

std::vector<int> closed_numbers;
int (*close_before)(int number) = nullptr;

/// Of standard handles only notes it: the test's own output goes there.
int note_close(int number) {
  closed_numbers.push_back(number);
  return number > 2 ? close_before(number) : 0;
}

}  // namespace

TEST_CASE("connections that wait are accepted without a turn each", "[io_uring_rungs]") {
  on_each_rung([](rill::reactor& io) {
    constexpr int count = 20;
    visited_listener listener;
    accept_op first(listener.number());
    REQUIRE(!io.start(first));
    io.wait(0);  // it waits in the kernel
    for (int i = 0; i < count; ++i) listener.connect_one();
    int turns = turns_until_ended(io, first);
    CHECK(first.result >= 0);
    ::close(static_cast<int>(first.result));
    for (int i = 1; i < count; ++i) {
      accept_op next(listener.number());
      if (!io.start(next)) turns += turns_until_ended(io, next);
      CHECK(next.result >= 0);
      ::close(static_cast<int>(next.result));
    }
    CHECK(turns <= 3);
    accept_op last(listener.number());
    REQUIRE(!io.start(last));
    io.wait(0);
    CHECK(!last.ended);
    io.forget(listener.number());
    turns_until_ended(io, last);
    CHECK(last.result == rill::io_closed);
  });
}

TEST_CASE("an accept whose listener is forgotten closes nobody else's handle", "[io_uring_rungs]") {
  const rill::detail::system_calls_restorer restorer;
  close_before = rill::detail::current_system_calls.close;
  rill::detail::current_system_calls.close = &note_close;
  on_each_rung([](rill::reactor& io) {
    visited_listener listener;
    accept_op op(listener.number());
    REQUIRE(!io.start(op));
    io.wait(0);              // it waits in the kernel
    listener.connect_one();  // and ends there, which nobody has been told
    closed_numbers.clear();
    io.forget(listener.number());
    turns_until_ended(io, op);
    CHECK(op.result == rill::io_closed);
    const auto is_standard = [](int number) { return number <= 2; };
    CHECK(std::none_of(closed_numbers.begin(), closed_numbers.end(), is_standard));
  });
}

TEST_CASE("an operation that has to be begun anew shows to a host", "[io_uring_rungs]") {
  on_each_rung([](rill::reactor& io) {
    rill_test::socket_pair sockets;
    message_op op(sockets.left());
    REQUIRE(!io.start(op));
    io.wait(0);
    host(io, op, 0);
    sockets.put_right("a");
    char stolen = 0;
    REQUIRE(::recv(static_cast<int>(sockets.left()), &stolen, 1, 0) == 1);
    host(io, op, 20);
    CHECK(!op.ended);
    sockets.put_right("b");
    host(io, op, 10'000);
    CHECK(op.ended);
    CHECK(op.result == 1);
    CHECK(op.room[0] == 'b');
    io.forget(sockets.left());
  });
}
