// SPDX-License-Identifier: BSL-1.0
//
// Protocols that receive into memory of their own, and protocols that take over from others.
#include <array>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "rill/streams/create_connection.hpp"
#include "rill/testing/virtual_run.hpp"
#include "streams/recording_protocol.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

namespace {

using rill::create_connection;
using rill_test::connected_pair;
using rill_test::join_with_peer;
using rill_test::let_run;
using rill_test::make_pair;
using rill_test::pattern;
using rill_test::protocol_and_peer;
using rill_test::recording_protocol;

class own_memory : public rill::buffered_protocol {
 public:
  explicit own_memory(std::size_t size) : room(size, '\0') {}

  void connection_made(std::shared_ptr<rill::transport> made) override {
    transport = std::move(made);
  }
  std::span<char> get_buffer(std::size_t) override {
    if (fails_in_get_buffer) throw std::runtime_error("no memory today");
    return room;
  }
  void buffer_updated(std::size_t count) override {
    received.append(room, 0, count);
    longest = std::max(longest, count);
    log.note("updated");
    if (fails_in_updated) throw std::runtime_error("boom in updated");
  }
  bool eof_received() override {
    log.note("eof");
    return false;
  }
  void connection_lost(std::exception_ptr error) override {
    text = error ? rill::describe_exception(error) : "";
    log.note("lost");
  }

  std::shared_ptr<rill::transport> transport;
  std::string room;
  std::string received;
  std::size_t longest = 0;
  std::string text;
  rill_test::call_log log;
  bool fails_in_get_buffer = false;
  bool fails_in_updated = false;
};

}  // namespace

RILL_IO_TEST_CASE("bytes go into memory of the protocol, never more than there is",
                  "[buffered_protocol]") {
  connected_pair sockets = co_await make_pair();
  const auto factory = [] { return std::make_shared<own_memory>(1000); };
  auto [transport, protocol] = co_await create_connection(factory, std::move(sockets.client));
  const std::string all = pattern(100'000);
  co_await rill_test::send_and_end(sockets.server, all);
  co_await protocol->log.wait_for("lost");
  CHECK(protocol->received == all);
  CHECK(protocol->longest <= 1000);
  CHECK(protocol->text.empty());
  CHECK(protocol->log.count("eof") == 1);
  CHECK(transport->is_closing());
}

RILL_IO_TEST_CASE("empty memory is an error that ends the connection", "[buffered_protocol]") {
  connected_pair sockets = co_await make_pair();
  const auto factory = [] { return std::make_shared<own_memory>(0); };
  auto [transport, protocol] = co_await create_connection(factory, std::move(sockets.client));
  co_await protocol->log.wait_for("lost");
  CHECK_THAT(protocol->text, Catch::Contains("empty memory"));
  CHECK(rill::testing::take_reports().size() == 1);
}

RILL_IO_TEST_CASE("what get_buffer and buffer_updated throw ends the connection with it",
                  "[buffered_protocol]") {
  for (const bool early : {true, false}) {
    connected_pair sockets = co_await make_pair();
    const auto made = std::make_shared<own_memory>(10);
    made->fails_in_get_buffer = early;
    made->fails_in_updated = !early;
    const auto factory = [made] { return made; };
    co_await create_connection(factory, std::move(sockets.client));
    co_await sockets.server.send_all("x");
    co_await made->log.wait_for("lost");
    CHECK(made->text == (early ? "no memory today" : "boom in updated"));
    CHECK(rill::testing::take_reports().size() == 1);
  }
}

RILL_IO_TEST_CASE("another protocol takes over, of either kind, and nothing is lost",
                  "[buffered_protocol]") {
  protocol_and_peer ends = co_await join_with_peer();
  const std::shared_ptr<rill::transport> transport = ends.protocol->transport;
  co_await let_run();  // a read is under way
  const auto second = std::make_shared<own_memory>(3);
  transport->set_protocol(second);
  CHECK(transport->get_protocol() == second);
  co_await ends.peer.send_all("hello");
  while (second->received.size() < 5) co_await rill::yield();
  CHECK(second->received == "hello");
  co_await let_run();  // and now one into memory of the second
  const auto third = std::make_shared<recording_protocol>();
  transport->set_protocol(third);
  co_await ends.peer.send_all("again");
  co_await rill_test::wait_for_bytes(*third, 5);
  CHECK(third->received == "again");
  CHECK(second->received == "hello");
  ends.peer.close();
  co_await third->ended.wait_for("lost");
  CHECK(third->log.text() == "data, eof, lost");
  CHECK(ends.protocol->log.text() == "made");
}

RILL_IO_TEST_CASE("who takes over inside a call has the rest of the bytes", "[buffered_protocol]") {
  class upgrading : public recording_protocol {
   public:
    void data_received(std::string_view data) override {
      recording_protocol::data_received(data);
      transport->set_protocol(next);
    }
    std::shared_ptr<own_memory> next = std::make_shared<own_memory>(64);
  };
  const auto protocol = std::make_shared<upgrading>();
  protocol_and_peer ends = co_await join_with_peer(protocol);
  co_await ends.peer.send_all("upgrade");
  co_await protocol->log.wait_for("data");
  co_await ends.peer.send_all("upgraded");
  ends.peer.close();
  co_await protocol->next->log.wait_for("lost");
  CHECK(protocol->received == "upgrade");
  CHECK(protocol->next->received == "upgraded");
}

RILL_IO_TEST_CASE("a protocol of no stream is refused", "[buffered_protocol]") {
  protocol_and_peer ends = co_await join_with_peer();
  class datagrams_only : public rill::datagram_protocol {};
  class neither : public rill::stream_protocol {};
  const std::shared_ptr<rill::transport> transport = ends.protocol->transport;
  CHECK_THROWS_AS(transport->set_protocol(nullptr), std::invalid_argument);
  CHECK_THROWS_AS(transport->set_protocol(std::make_shared<datagrams_only>()),
                  std::invalid_argument);
  CHECK_THROWS_AS(transport->set_protocol(std::make_shared<neither>()), std::invalid_argument);
  CHECK(transport->get_protocol() == ends.protocol);
  transport->abort();
  co_await ends.protocol->ended.wait_for("lost");
}
