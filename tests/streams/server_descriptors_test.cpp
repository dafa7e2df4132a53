// SPDX-License-Identifier: BSL-1.0
//
// Servers that have no descriptor left, or take many, or share a port.
#include <algorithm>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#include "rill/loop/sleep.hpp"
#include "rill/net/socket.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/server.hpp"
#include "rill/testing/virtual_run.hpp"
#include "streams/dropped_connections.hpp"
#include "streams/echo_server.hpp"
#include "support/coroutine_case.hpp"
#include "support/descriptor_limit.hpp"
#include "support/must_throw.hpp"
#include "support/open_descriptors.hpp"

namespace {

using namespace std::chrono_literals;
using rill_test::ask;
using rill_test::echo;
using rill_test::is_served;
using rill_test::meet;

}  // namespace

RILL_IO_TEST_CASE("a port can be shared by those who say so", "[server_life]") {
  rill::server_options options;
  options.reuse_port = true;
  rill::server first = co_await rill::start_server(echo, "127.0.0.1", 0, options);
  rill::server second = co_await rill::start_server(echo, "127.0.0.1", first.port(), options);
  CHECK(first.port() == second.port());
  const std::string answer = co_await ask(first.port(), "either");
  CHECK(answer == "either");
}

RILL_IO_TEST_CASE("a server without descriptors reports once, waits, and goes on",
                  "[server_life]") {
  if (rill_test::needs_descriptors()) co_return;
  rill_test::descriptor_limit limit;
  rill::server server = co_await rill::start_server(echo, "127.0.0.1", 0);
  rill::connection early = co_await rill::open_connection("127.0.0.1", server.port());
  co_await meet(server, 1);
  rill::socket waiting(rill::address_family::ipv4, rill::socket_type::stream);
  limit.exhaust();
  co_await waiting.connect(server.addresses().front());
  rill::connection late(std::move(waiting));
  late.writer.write("late");
  co_await rill::sleep(3500ms);
  CHECK(server.client_count() == 1);
  CHECK(rill::testing::take_reports().size() == 1);
  // Those who are there already are served meanwhile.
  early.writer.write("early");
  const std::string echoed = co_await early.reader.readexactly(5);
  CHECK(echoed == "early");
  limit.relieve();
  const std::string answer = co_await late.reader.readexactly(4);
  CHECK(answer == "late");
}

RILL_IO_TEST_CASE("five thousand connections opened and dropped at once are survived",
                  "[server_faults]") {
  const rill_test::all_descriptors allowed;
  const int most = (allowed.limit() - rill_test::open_descriptors() - 100) / 2;
  if (most < 100) {
    rill_test::skip("a limit of " + std::to_string(allowed.limit()) + " descriptors");
    co_return;
  }
  rill::server_options options;
  options.backlog = 1000;  // more than come in a turn: who finds no room tries again after a second
  rill::server server = co_await rill::start_server(echo, "127.0.0.1", 0, options);
  const rill::socket_address address = server.addresses().front();
  bool served = co_await is_served(server.port());
  CHECK(served);
  for (int i = 0; i < 100 && server.client_count() != 0; ++i) co_await rill::sleep(1ms);
  const int before = rill_test::open_descriptors();
  for (int left = 5000; left > 0; left -= most) {  // in waves where the limit is low
    co_await rill_test::open_and_drop(address, std::min(left, most));
    served = co_await is_served(server.port());
    CHECK(served);
    for (int i = 0; i < 100 && server.client_count() != 0; ++i) co_await rill::sleep(1ms);
    CHECK(server.client_count() == 0);
    rill::testing::take_reports();  // the resets
  }
  CHECK(rill_test::open_descriptors() == before);
}

RILL_IO_TEST_CASE("an opening without descriptors is an error, and leaves none behind",
                  "[server_faults]") {
  if (rill_test::needs_descriptors()) co_return;
  rill_test::descriptor_limit limit;
  rill::server server = co_await rill::start_server(echo, "127.0.0.1", 0);
  bool served = co_await is_served(server.port());
  CHECK(served);
  for (int i = 0; i < 100 && server.client_count() != 0; ++i) co_await rill::sleep(1ms);
  const int before = rill_test::open_descriptors();
  limit.exhaust();
  for (int i = 0; i < 3; ++i) {
    const std::error_code code =
        co_await rill_test::failure_of(rill::open_connection("127.0.0.1", server.port()));
    CHECK(code == std::errc::too_many_files_open);
  }
  limit.relieve();
  CHECK(rill_test::open_descriptors() == before);
  rill::testing::take_reports();  // the server may have noticed
  co_await rill::sleep(2s);
  served = co_await is_served(server.port());
  CHECK(served);
}
