// SPDX-License-Identifier: BSL-1.0
//
// Ctrl-C for a server with connections open, on each reactor, in a child process.
#include <chrono>
#include <csignal>
#include <string>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/run_errors.hpp"
#include "rill/loop/runner.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/server.hpp"
#include "support/catch.hpp"
#include "support/child_process.hpp"
#include "support/coroutine_case.hpp"

namespace {

using namespace std::chrono_literals;

/// What the handlers have seen.
struct observed {
  int begun = 0;
  int ended = 0;
  int cancelled = 0;
};

rill::coro<> wait_until(const int& count, int wanted) {
  while (count < wanted) co_await rill::sleep(1ms);
}

// Ends with its client's connection.
rill::coro<> serve_politely(observed& seen) {
  const auto handler = [&seen](rill::stream_reader reader,
                               rill::stream_writer writer) -> rill::coro<> {
    ++seen.begun;
    co_await writer.write_all("welcome\n");
    co_await reader.read();
    ++seen.ended;
  };
  rill::server server = co_await rill::start_server(handler, "127.0.0.1", 0);
  rill::connection one = co_await rill::open_connection("127.0.0.1", server.port());
  rill::connection two = co_await rill::open_connection("127.0.0.1", server.port());
  co_await wait_until(seen.begun, 2);
  std::raise(SIGINT);
  co_await server.serve_forever(1h);
}

// Neither the client nor the handler ends by itself.
rill::coro<> serve_stubbornly(observed& seen) {
  const auto handler = [&seen](rill::stream_reader reader,
                               rill::stream_writer writer) -> rill::coro<> {
    static_cast<void>(reader);
    ++seen.begun;
    writer.write(std::string(16 << 20, 'x'));
    try {
      co_await rill::sleep(1h);
    } catch (const rill::cancelled_error&) {
      ++seen.cancelled;
      throw;
    }
  };
  rill::server server = co_await rill::start_server(handler, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  co_await wait_until(seen.begun, 1);
  std::raise(SIGINT);
  co_await server.serve_forever(20ms);
}

/// Runs a program until it is interrupted; false if it ends in another way.
bool ends_interrupted(rill::coro<> program) {
  try {
    rill::run(std::move(program), rill_test::backend_options());
  } catch (const rill::interrupted_error&) {
    return true;
  }
  return false;
}

}  // namespace

RILL_REACTOR_TEST_CASE("Ctrl-C ends a server and the connections of idle clients",
                       "[server_interrupt]") {
  const rill_test::child_end ended = rill_test::run_in_child([] {
    observed seen;
    if (!ends_interrupted(serve_politely(seen))) return 1;
    return seen.ended == 2 ? 0 : 2;
  });
  INFO(ended.output);
  CHECK(ended.exit_code == 0);
  CHECK(ended.output.empty());
}

RILL_REACTOR_TEST_CASE("Ctrl-C ends a server although client and handler do not",
                       "[server_interrupt]") {
  const rill_test::child_end ended = rill_test::run_in_child([] {
    observed seen;
    if (!ends_interrupted(serve_stubbornly(seen))) return 1;
    return seen.cancelled == 1 ? 0 : 2;
  });
  INFO(ended.output);
  CHECK(ended.exit_code == 0);
  CHECK(ended.output.empty());
}
