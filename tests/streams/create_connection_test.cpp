// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/create_connection.hpp"

#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/core/context_var.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/future.hpp"
#include "rill/testing/virtual_run.hpp"
#include "streams/recording_protocol.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"
#include "support/system_limits.hpp"
#include "support/unix_sockets.hpp"

namespace {

using rill::coro;
using rill::create_connection;
using rill_test::connected_pair;
using rill_test::join_with_peer;
using rill_test::let_run;
using rill_test::pattern;
using rill_test::protocol_and_peer;
using rill_test::protocol_pointer;
using rill_test::receive_to_the_end;
using rill_test::recording_protocol;
using rill_test::wait_for_bytes;

protocol_pointer recorder(const char* failing = "") {
  return std::make_shared<recording_protocol>(failing);
}

}  // namespace

RILL_IO_TEST_CASE("made, data, eof, lost: each in its place, and once", "[create_connection]") {
  protocol_and_peer ends = co_await join_with_peer();
  CHECK(ends.protocol->log.text() == "made");
  co_await ends.peer.send_all("hello");
  co_await ends.protocol->log.wait_for("data");
  ends.peer.shutdown(rill::shutdown_side::write);
  co_await ends.protocol->log.wait_for("lost");
  co_await let_run();
  CHECK(ends.protocol->log.text() == "made, data, eof, lost");
  CHECK(ends.protocol->received == "hello");
  // It has closed its end.
  const std::string rest = co_await receive_to_the_end(ends.peer, 16);
  CHECK(rest.empty());
}

RILL_IO_TEST_CASE("the call gives transport and protocol, before any data", "[create_connection]") {
  rill::socket listener = rill_test::listening();
  auto accepting = rill::create_task([&listener]() -> coro<rill::socket> {
    rill::socket accepted = co_await listener.accept();
    co_await accepted.send_all("early");
    co_return std::move(accepted);
  });
  const auto factory = [] { return std::make_unique<recording_protocol>(); };
  const std::uint16_t port = listener.local_address().port();
  auto [transport, protocol] = co_await create_connection(factory, "127.0.0.1", port);
  CHECK(protocol->log.text() == "made");
  CHECK(protocol->transport == transport);
  CHECK(transport->get_protocol() == protocol);
  CHECK(transport->peer_address() == listener.local_address());
  const rill::socket peer = co_await std::move(accepting);
  CHECK(transport->get_extra_info("sockname") == peer.peer_address().to_string());
  CHECK(transport->get_extra_info("socket") ==
        std::to_string(transport->underlying_socket()->native()));
  CHECK(transport->is_reading());
  co_await wait_for_bytes(*protocol, 5);
  transport->close();
  co_await protocol->log.wait_for("lost");
  CHECK(transport->peer_address() == listener.local_address());
}

RILL_IO_TEST_CASE("true from eof_received leaves the sending half open", "[create_connection]") {
  const protocol_pointer protocol = recorder();
  protocol->keeps_open = true;
  protocol_and_peer ends = co_await join_with_peer(protocol);
  ends.peer.shutdown(rill::shutdown_side::write);
  co_await protocol->log.wait_for("eof");
  co_await let_run();
  CHECK_FALSE(protocol->transport->is_closing());
  protocol->transport->write("still here");
  protocol->transport->close();
  const std::string all = co_await receive_to_the_end(ends.peer, 64);
  CHECK(all == "still here");
  co_await protocol->log.wait_for("lost");
  CHECK(protocol->log.text() == "made, eof, lost");
}

RILL_IO_TEST_CASE("a reset is lost with the error, without eof", "[create_connection]") {
  if (rill_test::loses_resets()) co_return;
  protocol_and_peer ends = co_await join_with_peer();
  ends.peer.set_reset_on_close();
  ends.peer.close();
  co_await ends.protocol->ended.wait_for("lost");
  CHECK_FALSE(ends.protocol->log.has("eof"));
  std::error_code code;
  try {
    std::rethrow_exception(ends.protocol->loss);
  } catch (const std::system_error& error) {
    code = error.code();
  }
  CHECK(code == std::errc::connection_reset);
}

RILL_IO_TEST_CASE("a future set at eof wakes its awaiter before lost is called",
                  "[create_connection]") {
  class setter : public recording_protocol {
   public:
    bool eof_received() override {
      at_end.set_result();
      return recording_protocol::eof_received();
    }
    rill::future<> at_end = rill::event_loop::running().create_future();
  };
  const auto protocol = std::make_shared<setter>();
  protocol_and_peer ends = co_await join_with_peer(protocol);
  ends.peer.close();
  co_await protocol->at_end;
  CHECK(protocol->log.text() == "made, eof");
  co_await protocol->log.wait_for("lost");
}

RILL_IO_TEST_CASE("writing in connection_made is allowed", "[create_connection]") {
  const protocol_pointer protocol = recorder();
  protocol->greeting = "hello from the start";
  protocol_and_peer ends = co_await join_with_peer(protocol);
  std::string room(64, '\0');
  const std::size_t count = co_await ends.peer.recv(std::span<char>(room));
  CHECK(room.substr(0, count) == "hello from the start");
  protocol->transport->close();
  co_await protocol->log.wait_for("lost");
}

RILL_IO_TEST_CASE("a transport that is closed or lost takes no notice of calls",
                  "[create_connection]") {
  protocol_and_peer ends = co_await join_with_peer();
  const std::shared_ptr<rill::transport> kept = ends.protocol->transport;
  ends.protocol->transport.reset();
  ends.peer.close();
  co_await ends.protocol->log.wait_for("lost");
  CHECK(kept->get_protocol() == nullptr);
  for (int i = 0; i < 4; ++i) kept->write("into the void");
  CHECK(rill::testing::take_reports().empty());
  kept->write("once more");
  CHECK(rill::testing::take_reports().size() == 1);
  kept->pause_reading();
  kept->resume_reading();
  kept->write_eof();
  kept->set_write_buffer_limits(10);
  kept->set_protocol(recorder());
  kept->close();
  kept->abort();
  CHECK(kept->get_protocol() == nullptr);
  CHECK(kept->underlying_socket() == nullptr);
  CHECK(kept->get_extra_info("socket").empty());
  co_await let_run();
  CHECK(ends.protocol->log.text() == "made, eof, lost");
}

RILL_IO_TEST_CASE("a callback that throws is reported, and lost comes with that error",
                  "[create_connection]") {
  const std::string sent = "x";
  for (const char* const failing : {"made", "data", "eof"}) {
    protocol_and_peer ends = co_await join_with_peer(recorder(failing));
    auto sending = rill::create_task(rill_test::send_and_end(ends.peer, sent));
    co_await ends.protocol->ended.wait_for("lost");
    const std::string last = ends.protocol->log.lines.back();
    CHECK(last == std::string("lost: boom in ") + failing);
    const std::vector<std::string> reports = rill::testing::take_reports();
    CHECK(reports.size() == 1);
    CHECK_THAT(reports.at(0), Catch::Contains(std::string("boom in ") + failing));
    co_await rill_test::error_of(sending);
  }
}

RILL_IO_TEST_CASE("a refused connection is thrown; the factory is not asked",
                  "[create_connection]") {
  std::uint16_t port = 0;
  {
    const rill::socket gone = rill_test::listening();
    port = gone.local_address().port();
  }
  int made = 0;
  const auto factory = [&made] {
    ++made;
    return std::make_shared<recording_protocol>();
  };
  auto connecting = rill::create_task(create_connection(factory, "127.0.0.1", port));
  const std::error_code code = co_await rill_test::error_of(connecting);
  CHECK(code == std::errc::connection_refused);
  CHECK(made == 0);
}

RILL_IO_TEST_CASE("a factory that throws or gives nothing closes the socket",
                  "[create_connection]") {
  for (const bool throws : {true, false}) {
    connected_pair sockets = co_await rill_test::make_pair();
    const auto factory = [throws]() -> protocol_pointer {
      if (throws) throw std::runtime_error("no protocol today");
      return nullptr;
    };
    auto connecting = rill::create_task(create_connection(factory, std::move(sockets.client)));
    const std::string rest = co_await receive_to_the_end(sockets.server, 16);
    CHECK(rest.empty());
    CHECK_THROWS(connecting.result());
  }
}

RILL_IO_TEST_CASE("cancelled before it is made, the connection is closed", "[create_connection]") {
  connected_pair sockets = co_await rill_test::make_pair();
  const protocol_pointer protocol = recorder();
  const auto factory = [protocol] { return protocol; };
  auto connecting = rill::create_task(create_connection(factory, std::move(sockets.client)));
  co_await rill::yield();
  connecting.cancel();
  const bool cancelled = co_await rill_test::was_cancelled(connecting);
  CHECK(cancelled);
  const std::string rest = co_await receive_to_the_end(sockets.server, 16);
  CHECK(rest.empty());
  co_await protocol->log.wait_for("lost");
  CHECK(protocol->log.text() == "made, lost");
}

RILL_IO_TEST_CASE("calls are made in the context of who asked for the connection",
                  "[create_connection]") {
  static rill::context_var<int> where("where", 0);
  class reader : public recording_protocol {
   public:
    void data_received(std::string_view data) override {
      recording_protocol::data_received(data);
      log.note(std::to_string(where.get()));
      where.set(where.get() + 1);
    }
  };
  where.set(7);
  const auto protocol = std::make_shared<reader>();
  protocol_and_peer ends = co_await join_with_peer(protocol);
  where.set(100);
  co_await ends.peer.send_all("x");
  co_await protocol->log.wait_for("7");
  co_await ends.peer.send_all("y");
  co_await protocol->log.wait_for("8");
  CHECK(where.get() == 100);
  protocol->transport->abort();
  co_await protocol->ended.wait_for("lost");
}

RILL_IO_TEST_CASE("Unix sockets connect as well", "[create_connection]") {
  if (rill_test::lacks_unix_sockets(rill::socket_type::stream)) co_return;
  const std::string name = "rill-create-connection-" + std::to_string(::getpid());
  rill::socket listener(rill::address_family::unix_socket, rill::socket_type::stream);
  listener.bind(rill::socket_address::unix_abstract(name));
  listener.listen();
  const protocol_pointer protocol = recorder();
  const auto factory = [protocol] { return protocol; };
  auto [transport, same] = co_await create_connection(factory, listener.local_address());
  rill::socket peer = co_await listener.accept();
  transport->write("by name");
  transport->write_eof();
  const std::string all = co_await receive_to_the_end(peer, 16);
  CHECK(all == "by name");
  CHECK_THROWS_AS(rill::create_unix_connection(factory, ""), std::invalid_argument);
  transport->abort();
  co_await protocol->ended.wait_for("lost");
}

RILL_REACTOR_TEST_CASE("a loop that closes lets go of transports and protocols",
                       "[create_connection]") {
  std::weak_ptr<recording_protocol> watched;
  std::weak_ptr<rill::transport> transport;
  const auto scene = [&]() -> coro<> {
    protocol_and_peer ends = co_await join_with_peer();
    ends.protocol->transport->write(pattern(1'000'000));
    watched = ends.protocol;
    transport = ends.protocol->transport;
  };
  rill::testing::run_virtual(scene(), rill_test::backend_options());
  CHECK(watched.expired());
  CHECK(transport.expired());
}
