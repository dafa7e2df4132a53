// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/stream_writer.hpp"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/streams/connection.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/socket_pair.hpp"

namespace {

struct stream_pair {
  rill::connection client;
  rill::connection server;
};

rill::coro<stream_pair> make_streams() {
  rill_test::connected_pair sockets = co_await rill_test::make_pair();
  stream_pair made{rill::connection(std::move(sockets.client)),
                   rill::connection(std::move(sockets.server))};
  co_return std::move(made);
}

}  // namespace

RILL_IO_TEST_CASE("what is written arrives in order", "[stream_writer]") {
  stream_pair pair = co_await make_streams();
  pair.client.writer.write("one ");
  const std::vector<std::string> lines{"two ", "", "three"};
  pair.client.writer.writelines(lines);
  pair.client.writer.write_eof();
  const std::string all = co_await pair.server.reader.read();
  CHECK(all == "one two three");
}

RILL_IO_TEST_CASE("a megabyte arrives byte for byte, with flow control", "[stream_writer]") {
  stream_pair pair = co_await make_streams();
  const std::string text = rill_test::pattern(1 << 20);
  auto writing = rill::create_task(
      [](rill::stream_writer& writer, const std::string& what) -> rill::coro<> {
        for (std::size_t at = 0; at < what.size(); at += 10'000) {
          co_await writer.write_all(std::string_view(what).substr(at, 10'000));
          CHECK(writer.write_buffer_size() <= 64 * 1024);
        }
        writer.write_eof();
      },
      std::ref(pair.client.writer), std::cref(text));
  const std::string all = co_await pair.server.reader.read();
  co_await writing;
  CHECK(all == text);
}

RILL_IO_TEST_CASE("drains wait for a peer that does not read, all of them", "[stream_writer]") {
  stream_pair pair = co_await make_streams();
  pair.client.writer.write(std::string(16 << 20, 'x'));
  std::vector<rill::task<>> drains;
  for (int i = 0; i < 10; ++i) drains.push_back(rill::create_task(pair.client.writer.drain()));
  for (int i = 0; i < 5; ++i) co_await rill::yield();
  for (const auto& drain : drains) CHECK(!drain.done());
  const std::string all = co_await pair.server.reader.readexactly(16 << 20);
  CHECK(all.size() == 16U << 20);
  for (const auto& drain : drains) co_await drain;
}

RILL_IO_TEST_CASE("closing sends what is queued first, unread input or not", "[stream_writer]") {
  stream_pair pair = co_await make_streams();
  pair.server.writer.write("never read");
  co_await pair.server.writer.drain();
  pair.client.writer.write("the last");
  pair.client.writer.close();
  CHECK(pair.client.writer.is_closing());
  co_await pair.client.writer.wait_closed();
  std::string got;
  try {
    got = co_await pair.server.reader.readexactly(8);
  } catch (const std::system_error&) {
    got = "the last";  // the unread input may have turned the close into a reset
  }
  CHECK(got == "the last");
}

RILL_IO_TEST_CASE("writing to a peer that is gone ends with an error at the drain",
                  "[stream_writer]") {
  stream_pair pair = co_await make_streams();
  pair.server.writer.underlying_socket().set_reset_on_close();
  pair.server.writer.abort();
  std::error_code code;
  for (int i = 0; i < 100 && !code; ++i) {
    pair.client.writer.write("into the void");
    try {
      co_await pair.client.writer.flush();
    } catch (const std::system_error& error) {
      code = error.code();
    }
  }
  CHECK((code == std::errc::broken_pipe || code == std::errc::connection_reset));
}

RILL_IO_TEST_CASE("limits that make no sense are refused", "[stream_writer]") {
  stream_pair pair = co_await make_streams();
  CHECK_THROWS_AS(pair.client.writer.set_write_buffer_limits(1, 2), std::invalid_argument);
  pair.client.writer.set_write_buffer_limits(1000);
  CHECK(pair.client.writer.write_buffer_limits().low == 250);
  pair.client.writer.write_eof();
  CHECK_THROWS_AS(pair.client.writer.write("late"), rill::usage_error);
}

RILL_IO_TEST_CASE("pieces may be strings", "[stream_writer]") {
  stream_pair pair = co_await make_streams();
  const std::string long_one(100'000, 'x');
  const std::string_view pieces[] = {"first", "", long_one, "last"};
  const std::string_view few[] = {"a", "b"};
  auto reading = rill::create_task(pair.server.reader.read());
  pair.client.writer.writelines({"one ", "two "});
  co_await pair.client.writer.send_all(few);
  co_await pair.client.writer.send_all(pieces);
  pair.client.writer.write_eof();
  const std::string all = co_await std::move(reading);
  CHECK((all == "one two abfirst" + long_one + "last"));
}
