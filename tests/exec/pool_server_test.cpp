// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/pool_server.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/stream_errors.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"

using namespace std::chrono_literals;
using rill::loop_pool;
using rill::pool_server;
using rill::stream_reader;
using rill::stream_writer;

namespace {

rill::coro<> echo(stream_reader reader, stream_writer writer) {
  std::array<char, 256> buffer;
  while (true) {
    const std::size_t count = co_await reader.read_into(buffer);
    if (count == 0) break;
    co_await writer.write_all(std::string_view(buffer.data(), count));
  }
}

loop_pool two_loops() { return loop_pool({.loops = 2, .backend = rill_test::current_backend()}); }

rill::coro<std::string> ask(std::uint16_t port, std::string_view text) {
  rill::connection made = co_await rill::open_connection("127.0.0.1", port);
  co_await made.writer.write_all(text);
  std::string answer = co_await made.reader.readexactly(std::ssize(text));
  made.writer.close();
  co_return answer;
}

}  // namespace

RILL_IO_TEST_CASE("servers on all loops of a pool share a port", "[pool_server]") {
  loop_pool pool = two_loops();
  std::mutex mutex;
  std::set<std::thread::id> threads;
  const auto note = [&mutex, &threads](stream_reader reader, stream_writer writer) -> rill::coro<> {
    {
      const std::lock_guard guard(mutex);
      threads.insert(std::this_thread::get_id());
    }
    return echo(std::move(reader), std::move(writer));
  };
  pool_server server = co_await rill::start_pool_server(pool, note, "127.0.0.1", 0);
  REQUIRE(server.port() != 0);
  CHECK(server.addresses().size() == 1);
  for (int i = 0; i < 40; ++i) {
    const std::string answer = co_await ask(server.port(), "hello");
    CHECK(answer == "hello");
  }
  CHECK(threads.size() == 2);
  CHECK(threads.count(std::this_thread::get_id()) == 0);
  co_await server.shutdown(1s);
  co_await pool.aclose();
}

RILL_IO_TEST_CASE("a pool server that is closed keeps its connections", "[pool_server]") {
  loop_pool pool = two_loops();
  pool_server server = co_await rill::start_pool_server(pool, &echo, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  co_await client.writer.write_all(std::string_view("a"));
  std::string answer = co_await client.reader.readexactly(1);
  server.close();
  server.close();
  co_await client.writer.write_all(std::string_view("b"));
  answer += co_await client.reader.readexactly(1);
  CHECK(answer == "ab");
  client.writer.close();
  co_await server.wait_closed();
  co_await rill_test::must_throw<std::system_error>(ask(server.port(), "x"));
  co_await pool.aclose();
}

RILL_IO_TEST_CASE("a pool server that is shut down ends connections after the grace",
                  "[pool_server]") {
  loop_pool pool = two_loops();
  pool_server server = co_await rill::start_pool_server(pool, &echo, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  co_await client.writer.write_all(std::string_view("a"));
  std::string answer = co_await client.reader.readexactly(1);
  // At once behind each other: what the second one wants is what counts, and nothing is cut short.
  server.close();
  co_await server.shutdown(1ms);
  answer += co_await client.reader.read(1);
  CHECK(answer == "a");
  co_await server.wait_closed();
  co_await pool.aclose();
}

RILL_IO_TEST_CASE("the end of a pool server waits for the grace", "[pool_server]") {
  loop_pool pool = two_loops();
  pool_server server = co_await rill::start_pool_server(pool, &echo, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  co_await client.writer.write_all(std::string_view("a"));
  std::string answer = co_await client.reader.readexactly(1);
  server.close();
  const rill::task<> ending = rill::create_task(server.shutdown(1h));
  client.writer.close();
  co_await ending;
  CHECK(answer == "a");
  co_await pool.aclose();
}

RILL_IO_TEST_CASE("a shutdown that is cancelled is cut short, and ends", "[pool_server]") {
  loop_pool pool = two_loops();
  const auto sleeps = [](stream_reader reader, stream_writer writer) -> rill::coro<> {
    writer.write(std::string_view("a"));
    co_await rill::sleep(1h);
    static_cast<void>(reader);
  };
  pool_server server = co_await rill::start_pool_server(pool, sleeps, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  const std::string begun = co_await client.reader.readexactly(1);
  CHECK(begun == "a");
  rill::task<> ending = rill::create_task(server.shutdown(1h));
  co_await rill::yield();
  ending.cancel();
  co_await rill_test::must_throw<rill::cancelled_error>(std::move(ending));
  co_await server.wait_closed();
  co_await pool.aclose();
}

RILL_IO_TEST_CASE("a wait for the end of a pool server that is cancelled closes nothing",
                  "[pool_server]") {
  loop_pool pool = two_loops();
  pool_server server = co_await rill::start_pool_server(pool, &echo, "127.0.0.1", 0);
  rill::task<> waiting = rill::create_task(server.wait_closed());
  co_await rill::yield();
  waiting.cancel();
  co_await rill_test::must_throw<rill::cancelled_error>(std::move(waiting));
  const std::string answer = co_await ask(server.port(), "still");
  CHECK(answer == "still");
  co_await server.shutdown(1s);
  co_await pool.aclose();
}

RILL_IO_TEST_CASE("a pool server that goes stops listening", "[pool_server]") {
  loop_pool pool = two_loops();
  std::uint16_t port = 0;
  {
    pool_server server = co_await rill::start_pool_server(pool, &echo, "127.0.0.1", 0);
    port = server.port();
    pool_server moved = std::move(server);
    CHECK(moved.port() == port);
  }
  co_await pool.aclose();
  co_await rill_test::must_throw<std::system_error>(ask(port, "x"));
}

RILL_IO_TEST_CASE("a pool that ends ends its servers, and their connections", "[pool_server]") {
  loop_pool pool = two_loops();
  pool_server server = co_await rill::start_pool_server(pool, &echo, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  co_await client.writer.write_all(std::string_view("a"));
  const std::string answer = co_await client.reader.readexactly(1);
  CHECK(answer == "a");
  co_await pool.aclose();
  co_await server.wait_closed();
  co_await rill_test::must_throw<rill::incomplete_read_error>(client.reader.readexactly(1));
}

RILL_IO_TEST_CASE("a port that is taken is an error of a pool server, and nothing listens",
                  "[pool_server]") {
  loop_pool pool = two_loops();
  rill::server taken = co_await rill::start_server(&echo, "127.0.0.1", 0);
  co_await rill_test::must_throw<std::system_error>(
      rill::start_pool_server(pool, &echo, "127.0.0.1", taken.port()));
  co_await pool.aclose();
  co_await rill_test::must_throw<rill::usage_error>(
      rill::start_pool_server(pool, &echo, "127.0.0.1", 0));
}

RILL_IO_TEST_CASE("a start of a pool server that is cancelled leaves nothing", "[pool_server]") {
  loop_pool pool = two_loops();
  rill::task<pool_server> starting =
      rill::create_task(rill::start_pool_server(pool, &echo, "127.0.0.1", 0));
  co_await rill::yield();
  starting.cancel();
  co_await rill_test::must_throw<rill::cancelled_error>(std::move(starting));
  co_await pool.aclose();
}
