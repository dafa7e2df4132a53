// SPDX-License-Identifier: BSL-1.0
//
// Operations on sockets and look-ups of names, each cancelled at every stage on each reactor.
#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/net/connect.hpp"
#include "rill/net/resolver.hpp"
#include "rill/net/sock_calls.hpp"
#include "rill/net/socket.hpp"
#include "support/cancel_stages.hpp"
#include "support/socket_pair.hpp"

namespace {

using rill_test::cancel_at_every_stage;
using rill_test::cancellable;
using rill_test::connected_pair;

class accepting final : public cancellable {
 public:
  rill::coro<> wait() override {
    const rill::socket accepted = co_await listener_.accept();
    CHECK(accepted.peer_address() == client_.local_address());
    ++taken;
  }
  rill::coro<> satisfy() override {
    co_await rill_test::connect_to(client_, listener_.local_address());
  }

 private:
  rill::socket listener_ = rill_test::listening();
  rill::socket client_;
};

/// What receives has a connected pair, and is sent four bytes.
class receiving : public cancellable {
 public:
  rill::coro<> set_up() override {
    connected_pair made = co_await rill_test::make_pair();
    pair_ = std::move(made);
  }
  rill::coro<> wait() override {
    const std::size_t count = co_await pair_.server.recv(room_);
    see(count);
  }
  rill::coro<> satisfy() override { co_await pair_.client.send_all("four"); }

 protected:
  void see(std::size_t count) {
    CHECK(std::string_view(room_.data(), count) == "four");
    ++taken;
  }

  connected_pair pair_;
  std::array<char, 8> room_{};
};

class receiving_ahead final : public receiving {
 public:
  rill::coro<> set_up() override {
    co_await receiving::set_up();
    pair_.server.set_read_ahead(true);
  }
};

class receiving_all final : public receiving {
 public:
  rill::coro<> wait() override {
    const std::size_t count = co_await pair_.server.recv_all(std::span(room_).first(4));
    see(count);
  }
};

class trying_to_receive final : public receiving {
 public:
  rill::coro<> wait() override {
    rill::result<std::size_t> count = co_await pair_.server.try_recv(room_);
    see(count.value());
  }
};

class receiving_by_handle final : public receiving {
 public:
  rill::coro<> wait() override {
    const std::string some =
        co_await rill::sock_recv(rill::event_loop::running(), pair_.server.native(), 100);
    CHECK(some == "four");
    ++taken;
  }
};

class receiving_the_end final : public receiving {
 public:
  rill::coro<> wait() override {
    const std::size_t count = co_await pair_.server.recv(room_);
    CHECK(count == 0);
    ++taken;
  }
  rill::coro<> satisfy() override {
    pair_.client.close();
    co_return;
  }
};

class receiving_a_datagram final : public cancellable {
 public:
  rill::coro<> set_up() override {
    const rill::socket_address any = rill::socket_address::parse("127.0.0.1:0");
    receiver_.bind(any);
    sender_.bind(any);
    co_return;
  }
  rill::coro<> wait() override {
    const rill::received_datagram got = co_await receiver_.recv_from(room_);
    CHECK(std::string_view(room_.data(), got.size) == "datagram");
    CHECK(got.sender == sender_.local_address());
    ++taken;
  }
  rill::coro<> satisfy() override {
    co_await sender_.send_to("datagram", receiver_.local_address());
  }

 private:
  rill::socket receiver_{rill::address_family::ipv4, rill::socket_type::datagram};
  rill::socket sender_{rill::address_family::ipv4, rill::socket_type::datagram};
  std::array<char, 32> room_{};
};

/// Has no room to send until the peer has received.
class sending final : public cancellable {
 public:
  rill::coro<> set_up() override {
    rill::socket listener = rill_test::listening();
    listener.set_receive_buffer(16 * 1024);
    pair_.client = rill::socket(rill::address_family::ipv4, rill::socket_type::stream);
    pair_.client.set_send_buffer(16 * 1024);
    auto connecting = rill::create_task(connect(pair_.client, listener.local_address()));
    rill::socket accepted = co_await listener.accept();
    pair_.server = std::move(accepted);
    co_await connecting;
    co_await fill();
  }
  rill::coro<> wait() override {
    const std::size_t count = co_await pair_.client.send(piece_);
    sent_ += count;
    ++taken;
  }
  rill::coro<> satisfy() override {
    std::vector<char> room(sent_);
    const std::size_t count = co_await pair_.server.recv_all(std::span<char>(room));
    received_ += count;
  }
  rill::coro<> finish() override {
    pair_.client.close();
    const std::string rest = co_await rill_test::receive_to_the_end(pair_.server, 64 * 1024);
    CHECK(received_ + rest.size() == sent_);
  }

 private:
  static rill::coro<> connect(const rill::socket& client, rill::socket_address address) {
    co_await client.connect(address);
  }
  // Sends until a send has to wait; that one is cancelled.
  rill::coro<> fill() {
    bool full = false;
    while (!full) {
      const rill::task<> more = rill::create_task(wait());
      // Longer than the system delays an acknowledgement, which makes room.
      for (int i = 0; i < 4 && !more.done(); ++i) co_await rill_test::settle();
      more.cancel();
      const bool cancelled = co_await rill_test::ended_cancelled(more);
      full = cancelled;
    }
    taken = 0;
  }

  const std::string piece_ = std::string(32 * 1024, 's');
  connected_pair pair_;
  std::size_t sent_ = 0;
  std::size_t received_ = 0;
};

/// A resolver whose answer comes by hand.
class slow_resolver final : public rill::resolver {
 public:
  rill::coro<std::vector<rill::socket_address>> resolve(std::string host, std::uint16_t port,
                                                        rill::address_family /*family*/) override {
    CHECK(host == "slow.test");
    // Each question waits on its own: one that is given up takes nothing from the others.
    while (!known) co_await rill::sleep(std::chrono::milliseconds(1));
    const rill::ip_address loopback = rill::ip_address::parse("127.0.0.1");
    std::vector<rill::socket_address> found(1, rill::socket_address(loopback, port));
    co_return std::move(found);
  }
  bool known = false;
};

class resolving final : public cancellable {
 public:
  rill::coro<> wait() override {
    const rill::resolve_options options{rill::address_family::none, &names_};
    const auto found = co_await rill::resolve("slow.test", 80, options);
    CHECK(found.size() == 1);
    ++taken;
  }
  rill::coro<> satisfy() override {
    names_.known = true;
    co_return;
  }

 private:
  slow_resolver names_;
};

class connecting_by_name final : public cancellable {
 public:
  rill::coro<> wait() override {
    rill::connect_options options;
    options.names = &names_;
    const std::uint16_t port = listener_.local_address().port();
    const rill::socket connected = co_await rill::connect_tcp("slow.test", port, options);
    CHECK(connected.peer_address() == listener_.local_address());
    ++taken;
  }
  rill::coro<> satisfy() override {
    names_.known = true;
    co_return;
  }

 private:
  rill::socket listener_ = rill_test::listening();
  slow_resolver names_;
};

}  // namespace

RILL_IO_TEST_CASE("an accept is cancelled at every stage", "[net_cancel]") {
  co_await cancel_at_every_stage<accepting>();
}

RILL_IO_TEST_CASE("receives of every kind are cancelled at every stage", "[net_cancel]") {
  co_await cancel_at_every_stage<receiving>();
  co_await cancel_at_every_stage<receiving_ahead>();
  co_await cancel_at_every_stage<receiving_all>();
  co_await cancel_at_every_stage<trying_to_receive>();
  co_await cancel_at_every_stage<receiving_by_handle>();
  co_await cancel_at_every_stage<receiving_the_end>();
}

RILL_IO_TEST_CASE("a receive of a datagram is cancelled at every stage", "[net_cancel]") {
  co_await cancel_at_every_stage<receiving_a_datagram>();
}

RILL_IO_TEST_CASE("a send without room is cancelled at every stage", "[net_cancel]") {
  co_await cancel_at_every_stage<sending>();
}

RILL_IO_TEST_CASE("a look-up is cancelled at every stage", "[net_cancel]") {
  co_await cancel_at_every_stage<resolving>();
}

RILL_IO_TEST_CASE("a connect by name is cancelled at every stage", "[net_cancel]") {
  co_await cancel_at_every_stage<connecting_by_name>();
}
