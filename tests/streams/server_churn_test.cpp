// SPDX-License-Identifier: BSL-1.0
//
// Connections that come and go in waves.
#include "rill/loop/sleep.hpp"
#include "rill/streams/server.hpp"
#include "rill/testing/virtual_run.hpp"
#include "streams/dropped_connections.hpp"
#include "streams/echo_server.hpp"
#include "support/coroutine_case.hpp"
#include "support/leaves_open.hpp"
#include "support/system_limits.hpp"

using namespace std::chrono_literals;

RILL_IO_TEST_CASE("connections that are dropped in waves leave a server as it was",
                  "[server_faults]") {
  constexpr int wave = 300;
  if (rill_test::lacks_descriptors(2 * wave + 100)) co_return;
  rill::server_options options;
  options.backlog = 2 * wave;
  rill::server server = co_await rill::start_server(rill_test::echo, "127.0.0.1", 0, options);
  const auto open_and_drop = [&]() -> rill::coro<> {
    co_await rill_test::open_and_drop(server.addresses().front(), wave);
    const bool served = co_await rill_test::is_served(server.port());
    CHECK(served);
    for (int i = 0; i < 1000 && server.client_count() != 0; ++i) co_await rill::sleep(1ms);
    CHECK(server.client_count() == 0);
    rill::testing::take_reports();  // the resets
  };
  for (int i = 0; i < 3; ++i) co_await open_and_drop();
  const bool closed = co_await rill_test::leaves_nothing_open(open_and_drop);
  CHECK(closed);
}
