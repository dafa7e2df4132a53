// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/create_server.hpp"

#include <unistd.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/core/context_var.hpp"
#include "rill/core/errors.hpp"
#include "rill/net/connect.hpp"
#include "rill/streams/connection.hpp"
#include "rill/testing/virtual_run.hpp"
#include "streams/recording_protocol.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"
#include "support/unix_sockets.hpp"

namespace {

using namespace std::chrono_literals;
using rill::coro;
using rill::create_server;
using rill_test::let_run;
using rill_test::pattern;
using rill_test::protocol_pointer;
using rill_test::recording_protocol;

class echo : public recording_protocol {
 public:
  void data_received(std::string_view data) override {
    recording_protocol::data_received(data);
    transport->write(data);
  }
};

std::shared_ptr<echo> make_echo() { return std::make_shared<echo>(); }

coro<std::string> ask(std::uint16_t port, std::string question) {
  auto [reader, writer] = co_await rill::open_connection("127.0.0.1", port);
  writer.write(question);
  writer.write_eof();
  std::string answer = co_await reader.read();
  writer.close();
  co_await writer.wait_closed();
  co_return std::move(answer);
}

}  // namespace

RILL_IO_TEST_CASE("each connection has a protocol of its own", "[create_server]") {
  std::vector<protocol_pointer> made;
  const auto factory = [&made] {
    auto one = std::make_shared<echo>();
    made.push_back(one);
    return one;
  };
  rill::server server = co_await create_server(factory, "127.0.0.1", 0);
  auto first = rill::create_task(ask(server.port(), "one"));
  auto second = rill::create_task(ask(server.port(), pattern(300'000)));
  const std::string one = co_await std::move(first);
  const std::string two = co_await std::move(second);
  CHECK(one == "one");
  CHECK(two == pattern(300'000));
  CHECK(made.size() == 2);
  server.close();
  co_await server.wait_closed();
  for (const protocol_pointer& protocol : made) {
    CHECK(protocol->log.lines.front() == "made");
    CHECK(protocol->log.lines.back() == "lost");
  }
}

RILL_IO_TEST_CASE("wait_closed waits for connection_lost", "[create_server]") {
  const auto protocol = std::make_shared<echo>();
  const auto factory = [protocol] { return protocol; };
  rill::server server = co_await create_server(factory, "127.0.0.1", 0);
  rill::socket client = co_await rill::connect_tcp("127.0.0.1", server.port());
  co_await protocol->log.wait_for("made");
  CHECK(server.client_count() == 1);
  auto waiting = rill::create_task(server.wait_closed());
  server.close();
  co_await let_run();
  CHECK_FALSE(waiting.done());
  protocol->transport->abort();
  CHECK(server.client_count() == 0);
  CHECK_FALSE(protocol->log.has("lost"));
  co_await waiting;
  CHECK(protocol->log.has("lost"));
}

RILL_IO_TEST_CASE("close and abort_clients end connections that are paused and full [98]",
                  "[create_server]") {
  const auto protocol = std::make_shared<recording_protocol>();
  protocol->pauses_at_once = true;
  const auto factory = [protocol] { return protocol; };
  rill::server server = co_await create_server(factory, "127.0.0.1", 0);
  rill::socket client = co_await rill::connect_tcp("127.0.0.1", server.port());
  co_await protocol->log.wait_for("made");
  rill_test::fill(*protocol);
  server.close();
  server.close_clients();
  co_await let_run();
  CHECK(server.client_count() == 1);
  server.abort_clients();
  auto waiting = rill::create_task(server.wait_closed());
  co_await rill::yield();
  co_await rill::yield();
  CHECK(waiting.done());
  co_await waiting;
  CHECK(protocol->log.lines.back() == "lost");
}

RILL_IO_TEST_CASE("shutdown closes protocols gracefully, then aborts them", "[create_server]") {
  const auto protocol = std::make_shared<recording_protocol>();
  const auto factory = [protocol] { return protocol; };
  rill::server server = co_await create_server(factory, "127.0.0.1", 0);
  rill::socket client = co_await rill::connect_tcp("127.0.0.1", server.port());
  co_await protocol->log.wait_for("made");
  rill_test::fill(*protocol);
  co_await server.shutdown(2s);
  CHECK(protocol->ended.has("lost"));
}

RILL_IO_TEST_CASE("a factory that throws is reported, and only that client is closed",
                  "[create_server]") {
  int calls = 0;
  const auto factory = [&calls] {
    if (++calls == 1) throw std::runtime_error("not the first one");
    return std::make_shared<echo>();
  };
  rill::server server = co_await create_server(factory, "127.0.0.1", 0);
  rill::socket refused = co_await rill::connect_tcp("127.0.0.1", server.port());
  std::string room(16, '\0');
  const std::size_t end = co_await refused.recv(std::span<char>(room));
  CHECK(end == 0);
  const std::vector<std::string> reports = rill::testing::take_reports();
  CHECK(reports.size() == 1);
  CHECK_THAT(reports.at(0), Catch::Contains("not the first one"));
  const std::string answer = co_await ask(server.port(), "served");
  CHECK(answer == "served");
  server.close();
  co_await server.wait_closed();
}

RILL_IO_TEST_CASE("a factory that ends the server's clients", "[create_server]") {
  std::optional<rill::server> server;
  const auto factory = [&server] {
    server->abort_clients();
    return make_echo();
  };
  rill::server made = co_await create_server(factory, "127.0.0.1", 0);
  server.emplace(std::move(made));
  rill::connection client = co_await rill::open_connection("127.0.0.1", server->port());
  const std::string all = co_await client.reader.read();
  CHECK(all.empty());
  server->close();
  co_await server->wait_closed();
}

RILL_IO_TEST_CASE("a protocol that aborts in pause_writing() is lost, and gone",
                  "[create_server]") {
  class impatient final : public recording_protocol {
   public:
    void pause_writing() override { transport->abort(); }
  };
  const auto protocol = std::make_shared<impatient>();
  const auto factory = [protocol] { return protocol; };
  rill::server server = co_await create_server(factory, "127.0.0.1", 0);
  rill::socket client = co_await rill::connect_tcp("127.0.0.1", server.port());
  co_await protocol->log.wait_for("made");
  const std::weak_ptr<rill::transport> transport = protocol->transport;
  protocol->transport->write(std::string(16 << 20, 'x'));
  co_await protocol->log.wait_for("lost");
  protocol->transport.reset();
  client.close();
  server.close();
  co_await server.wait_closed();
  co_await let_run();
  CHECK(transport.expired());
}

RILL_IO_TEST_CASE("each connection starts in a copy of the context of the server [100]",
                  "[create_server]") {
  static rill::context_var<int> where("where", 0);
  class reader : public recording_protocol {
   public:
    void connection_made(std::shared_ptr<rill::transport> made) override {
      found = where.get();
      where.set(99);
      recording_protocol::connection_made(std::move(made));
    }
    int found = 0;
  };
  std::vector<std::shared_ptr<reader>> made;
  const auto factory = [&made] {
    made.push_back(std::make_shared<reader>());
    return made.back();
  };
  where.set(5);
  rill::server server = co_await create_server(factory, "127.0.0.1", 0);
  where.set(6);
  co_await ask(server.port(), "x");
  co_await ask(server.port(), "y");
  CHECK(made.at(0)->found == 5);
  CHECK(made.at(1)->found == 5);
  CHECK(where.get() == 6);
  co_await server.shutdown(1s);
}

RILL_IO_TEST_CASE("a limit of clients holds for protocols too", "[create_server]") {
  std::vector<protocol_pointer> made;
  const auto factory = [&made] {
    made.push_back(std::make_shared<recording_protocol>());
    return made.back();
  };
  rill::server_options options;
  options.max_clients = 1;
  rill::server server = co_await create_server(factory, "127.0.0.1", 0, options);
  rill::socket one = co_await rill::connect_tcp("127.0.0.1", server.port());
  rill::socket two = co_await rill::connect_tcp("127.0.0.1", server.port());
  for (int i = 0; i < 10; ++i) co_await let_run();
  CHECK(made.size() == 1);
  made.at(0)->transport->close();
  while (made.size() < 2) co_await rill::yield();
  co_await made.at(1)->log.wait_for("made");
  CHECK(server.client_count() == 1);
  co_await server.shutdown(1s);
}

RILL_IO_TEST_CASE("on a Unix socket, and on one that listens already", "[create_server]") {
  if (rill_test::lacks_unix_sockets(rill::socket_type::stream)) co_return;
  const std::string name = "rill-create-server-" + std::to_string(::getpid());
  const auto address = rill::socket_address::unix_abstract(name);
  rill::server by_name = co_await create_server(make_echo, address);
  auto [reader, writer] = co_await rill::open_connection(address);
  writer.write("over Unix");
  writer.write_eof();
  const std::string answer = co_await reader.read();
  CHECK(answer == "over Unix");
  rill::server adopted = rill::create_server_on(make_echo, rill_test::listening());
  const std::string other = co_await ask(adopted.port(), "adopted");
  CHECK(other == "adopted");
  CHECK_THROWS_AS(rill::create_server_on(make_echo, rill::socket()), rill::usage_error);
  co_await by_name.shutdown(1s);
  co_await adopted.shutdown(1s);
}
