// SPDX-License-Identifier: BSL-1.0
//
// Files that are sent over sockets.
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "base/system_calls.hpp"
#include "net/file_slices.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/net/file.hpp"
#include "rill/net/sock_calls.hpp"
#include "rill/net/socket.hpp"
#include "support/cancel_stages.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"
#include "support/open_descriptors.hpp"
#include "support/socket_pair.hpp"
#include "support/temporary_folder.hpp"
#include "support/without_sendfile.hpp"
#include "support/witness.hpp"

namespace {

using rill_test::connected_pair;
using rill_test::error_of;
using rill_test::make_pair;
using rill_test::must_throw;
using rill_test::pattern;
using rill_test::receive_to_the_end;
using rill_test::send_slice;
using rill_test::settle;
using rill_test::temporary_folder;
using rill_test::transfer_slices;
using rill_test::without_sendfile;

/// Sends to a peer that goes after a little.
rill::coro<> lose_the_peer(rill::file& from, connected_pair& pair) {
  auto sending = rill::create_task(pair.client.send_file(from, 100));
  std::vector<char> room(1'000'000);
  co_await pair.server.recv_all(std::span<char>(room));
  pair.server.set_reset_on_close();
  pair.server.close();
  const std::error_code code = co_await error_of(sending);
  CHECK((code == std::errc::connection_reset || code == std::errc::broken_pipe));
  CHECK(from.tell() > 500'000);
  CHECK(from.tell() < 20'000'000);
}

}  // namespace

RILL_IO_TEST_CASE("exactly the slice of a file is sent, and the file stands behind it [94]",
                  "[send_file]") {
  co_await transfer_slices();
}

RILL_IO_TEST_CASE("without sendfile() files are sent in blocks", "[send_file]") {
  const without_sendfile none;
  co_await transfer_slices();
}

RILL_IO_TEST_CASE("without sendfile() and without leave for another way nothing is sent",
                  "[send_file]") {
  const temporary_folder folder;
  const without_sendfile none;
  rill::file from = co_await rill::open_file(folder.make("file", pattern(1000)));
  connected_pair pair = co_await make_pair();
  co_await must_throw<rill::send_file_not_available_error>(
      pair.client.send_file(from, 10, 20, false));
  CHECK(from.tell() == 10);
  pair.client.shutdown(rill::shutdown_side::write);
  const std::string arrived = co_await receive_to_the_end(pair.server, 100);
  CHECK(arrived.empty());
}

RILL_IO_TEST_CASE("a peer that goes half-way is an error and no signal", "[send_file]") {
  const temporary_folder folder;
  rill::file from = co_await rill::open_file(folder.make("file", pattern(20'000'000)));
  connected_pair pair = co_await make_pair();
  co_await lose_the_peer(from, pair);
  // The next one finds it gone from the start.
  auto again = rill::create_task(pair.client.send_file(from, 100));
  const std::error_code lost = co_await error_of(again);
  CHECK((lost == std::errc::broken_pipe || lost == std::errc::connection_reset));
  CHECK(from.tell() == 100);
}

RILL_IO_TEST_CASE("a peer that goes half-way is an error in blocks too", "[send_file]") {
  const rill::detail::system_calls_restorer restorer;
  rill::detail::current_system_calls.sendfile = [](int, int, off_t* at, std::size_t) {
    errno = *at == 100 ? EINVAL : EPIPE;
    return ssize_t{-1};
  };
  const temporary_folder folder;
  rill::file from = co_await rill::open_file(folder.make("file", pattern(20'000'000)));
  connected_pair pair = co_await make_pair();
  co_await lose_the_peer(from, pair);
}

RILL_IO_TEST_CASE("a file that cannot be read on is an error, and tells how far it came",
                  "[send_file]") {
  if (rill_test::current_backend() == "io_uring") {
    rill_test::skip("the kernel reads by itself");
    co_return;
  }
  const temporary_folder folder;
  const without_sendfile none;
  const rill_test::damaged_files damaged;
  rill::file from = co_await rill::open_file(folder.make("file", pattern(100'000)));
  connected_pair pair = co_await make_pair();
  auto sending = rill::create_task(pair.client.send_file(from));
  const std::error_code code = co_await error_of(sending);
  CHECK(code == std::errc::io_error);
  pair.client.shutdown(rill::shutdown_side::write);
  const std::string arrived = co_await receive_to_the_end(pair.server, 10'000);
  CHECK(from.tell() == static_cast<std::int64_t>(arrived.size()));
  CHECK((arrived == pattern(100'000).substr(0, arrived.size())));
  CHECK(arrived.size() == 1000);
}

RILL_IO_TEST_CASE("what makes no sense is refused before anything is sent", "[send_file]") {
  const temporary_folder folder;
  const auto path = folder.make("file", pattern(1000));
  rill::file from = co_await rill::open_file(path);
  connected_pair pair = co_await make_pair();
  co_await must_throw<std::invalid_argument>(pair.client.send_file(from, -1));
  co_await must_throw<std::invalid_argument>(pair.client.send_file(from, 0, 0));
  co_await must_throw<std::invalid_argument>(pair.client.send_file(from, 0, -5));
  const rill::socket datagrams(rill::address_family::ipv4, rill::socket_type::datagram);
  co_await must_throw<std::invalid_argument>(datagrams.send_file(from));
  rill::file to = co_await rill::open_file(path, rill::open_mode::write);
  co_await must_throw<rill::usage_error>(pair.client.send_file(to));
  rill::file closed = co_await rill::open_file(path);
  co_await closed.close();
  co_await must_throw<rill::usage_error>(pair.client.send_file(closed));
  const rill::socket none;
  CHECK_THROWS_AS(none.send_file(from), rill::usage_error);
  const rill::socket unconnected(rill::address_family::ipv4, rill::socket_type::stream);
  auto sending = rill::create_task(unconnected.send_file(from));
  const std::error_code code = co_await error_of(sending);
  // The last is Wine's word for it.
  CHECK((code == std::errc::not_connected || code == std::errc::broken_pipe ||
         code == std::errc::connection_reset));
  CHECK(from.tell() == 0);
}

RILL_IO_TEST_CASE("sending a file is cancelled at any time, and the file tells how far it came",
                  "[send_file]") {
  const temporary_folder folder;
  const std::string content = pattern(10'000'000);
  rill::file from = co_await rill::open_file(folder.make("file", content));
  const int before = rill_test::open_descriptors();
  for (int turns = 0; turns < 24; ++turns) {
    connected_pair pair = co_await make_pair();
    auto sending = rill::create_task(pair.client.send_file(from, 5));
    co_await rill_test::let_others_run(turns);
    if (turns % 4 == 3) co_await settle();
    sending.cancel();
    const bool cancelled = co_await rill_test::was_cancelled(sending);
    CHECK(cancelled);
    const std::int64_t place = turns == 0 ? 5 : from.tell();
    pair.client.shutdown(rill::shutdown_side::write);
    const std::string arrived = co_await receive_to_the_end(pair.server, 100'000);
    CHECK(place == 5 + static_cast<std::int64_t>(arrived.size()));
    CHECK((arrived == content.substr(5, arrived.size())));
  }
  CHECK(rill_test::open_descriptors() == before);
}

RILL_IO_TEST_CASE("a socket that is closed under way ends the sending with an error",
                  "[send_file]") {
  const temporary_folder folder;
  rill::file from = co_await rill::open_file(folder.make("file", pattern(20'000'000)));
  connected_pair pair = co_await make_pair();
  auto sending = rill::create_task(pair.client.send_file(from));
  co_await settle();
  CHECK(!sending.done());
  pair.client.close();
  std::error_code code = std::make_error_code(std::errc::bad_file_descriptor);
  try {
    co_await sending;
  } catch (const std::system_error& error) {
    code = error.code();
  } catch (const rill::usage_error&) {
  }
  CHECK(code == std::errc::bad_file_descriptor);
}

RILL_IO_TEST_CASE("one file is sent to several at once", "[send_file]") {
  const temporary_folder folder;
  const std::string content = pattern(2'000'000);
  rill::file from = co_await rill::open_file(folder.make("file", content));
  connected_pair one = co_await make_pair();
  connected_pair stalled = co_await make_pair();
  const auto waiting = rill::create_task(send_slice(stalled.client, from, 0, {}));
  const auto sending = rill::create_task(send_slice(one.client, from, 0, {}));
  std::string arrived = co_await receive_to_the_end(one.server, 50'000);
  CHECK((arrived == content));
  arrived = co_await receive_to_the_end(stalled.server, 50'000);
  CHECK((arrived == content));
  co_await waiting;
  co_await sending;
}

RILL_IO_TEST_CASE("a file goes over a handle of the program's own", "[send_file]") {
  const temporary_folder folder;
  const std::string content = pattern(500'000);
  rill::file from = co_await rill::open_file(folder.make("file", content));
  connected_pair pair = co_await make_pair();
  const auto body = [](rill::socket& to, rill::file& sent) -> rill::coro<> {
    rill::event_loop& loop = rill::event_loop::running();
    const std::int64_t count = co_await rill::sock_sendfile(loop, to.native(), sent, 10, 400'000);
    CHECK(count == 400'000);
    to.shutdown(rill::shutdown_side::write);
  };
  const auto sending = rill::create_task(body, std::ref(pair.client), std::ref(from));
  const std::string arrived = co_await receive_to_the_end(pair.server, 50'000);
  CHECK((arrived == content.substr(10, 400'000)));
  co_await sending;
}

RILL_REACTOR_TEST_CASE("a loop is closed over files that are being sent", "[send_file]") {
  const temporary_folder folder;
  const std::string path = folder.make("file", pattern(10'000'000)).string();
  const auto send = [](std::string name, rill_test::witness held) -> rill::coro<> {
    rill::file from = co_await rill::open_file(name);
    connected_pair pair = co_await make_pair();
    co_await pair.client.send_file(from);
    CHECK(!held.holds());
  };
  for (const int turns : {0, 1, 2, 3, 5, 10, 40}) {
    INFO("closed after " << turns << " turns");
    int alive = 0;
    {
      rill::event_loop loop(rill_test::backend_options());
      const auto sending = loop.create_task(send, path, rill_test::witness(alive));
      for (int i = 0; i < turns; ++i) loop.run_once(std::chrono::milliseconds(1));
      CHECK(alive > 0);
      loop.close();
      CHECK(sending.cancelled());
    }
    CHECK(alive == 0);
  }
}
