// SPDX-License-Identifier: BSL-1.0
#include "rill/net/datagram_endpoint.hpp"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"
#include "support/socket_pair.hpp"
#include "support/system_limits.hpp"
#include "support/unix_sockets.hpp"

namespace {

namespace fs = std::filesystem;
using rill::coro;
using rill::datagram_endpoint;
using rill::datagram_options;
using rill::open_datagram_endpoint;
using rill::socket_address;
using rill_test::error_of;
using rill_test::let_run;

const socket_address& any_port() {
  static const socket_address address = socket_address::parse("127.0.0.1:0");
  return address;
}

coro<datagram_endpoint> bound_to(socket_address address) {
  datagram_options options;
  options.local = address;
  datagram_endpoint made = co_await open_datagram_endpoint(options);
  co_return std::move(made);
}

coro<datagram_endpoint> talking_to(socket_address address) {
  datagram_options options;
  options.remote = address;
  datagram_endpoint made = co_await open_datagram_endpoint(options);
  co_return std::move(made);
}

/// An address at which nobody listens, and nobody will by chance.
coro<socket_address> free_address() {
  const datagram_endpoint taken = co_await bound_to(any_port());
  co_return taken.local_address();
}

fs::path temporary(const char* name) {
  return fs::temp_directory_path() / ("rill-" + std::to_string(getpid()) + "-" + name);
}

}  // namespace

RILL_IO_TEST_CASE("a datagram comes whole, with its sender", "[datagram_endpoint]") {
  datagram_endpoint one = co_await bound_to(any_port());
  datagram_endpoint two = co_await bound_to(any_port());
  co_await one.send_to("first", two.local_address());
  co_await one.send_to("", two.local_address());
  co_await one.send_to("third", two.local_address());
  const rill::datagram first = co_await two.recv();
  CHECK(first.data == "first");
  CHECK(first.sender == one.local_address());
  CHECK_FALSE(first.truncated);
  const rill::datagram second = co_await two.recv();
  CHECK(second.data.empty());
  std::array<char, 3> room{};
  const rill::received_datagram third = co_await two.recv_into(room);
  CHECK(third.size == 3);
  CHECK(third.truncated);
  CHECK(std::string(room.data(), 3) == "thi");
}

RILL_IO_TEST_CASE("with a remote address it talks to that one only", "[datagram_endpoint]") {
  datagram_endpoint server = co_await bound_to(any_port());
  datagram_endpoint client = co_await talking_to(server.local_address());
  datagram_endpoint stranger = co_await bound_to(any_port());
  CHECK(client.remote_address() == server.local_address());
  co_await client.send("question");
  const rill::datagram question = co_await server.recv();
  co_await stranger.send_to("noise", question.sender);
  co_await server.send_to("answer", question.sender);
  const rill::datagram answer = co_await client.recv();
  CHECK(answer.data == "answer");
  CHECK(answer.sender == server.local_address());
  co_await client.send_to("to itself", server.local_address());
  auto wrong = rill::create_task(client.send_to("x", stranger.local_address()));
  co_await rill_test::let_run();
  CHECK_THROWS_AS(wrong.result(), std::invalid_argument);
}

RILL_IO_TEST_CASE("a host is enough to talk to it", "[datagram_endpoint]") {
  datagram_endpoint server = co_await bound_to(any_port());
  datagram_endpoint client =
      co_await open_datagram_endpoint("127.0.0.1", server.local_address().port());
  co_await client.send("hello");
  const rill::datagram got = co_await server.recv();
  CHECK(got.data == "hello");
}

RILL_IO_TEST_CASE("a refused datagram is told to who receives, and costs no other",
                  "[datagram_endpoint]") {
  if (rill_test::loses_refusals()) co_return;
  const socket_address target = co_await free_address();
  datagram_endpoint client = co_await talking_to(target);
  co_await client.send("nobody is there");
  datagram_endpoint late = co_await bound_to(target);
  // The system tells this send of the first one, and does not send. The endpoint does.
  co_await client.send("somebody is there");
  const rill::datagram got = co_await late.recv();
  CHECK(got.data == "somebody is there");
  auto receiving = rill::create_task(client.recv());
  const std::error_code told = co_await error_of(receiving);
  CHECK(told == std::errc::connection_refused);
  co_await late.send_to("answer", got.sender);
  const rill::datagram answer = co_await client.recv();
  CHECK(answer.data == "answer");
}

RILL_IO_TEST_CASE("a receive that waits is told of a refused datagram", "[datagram_endpoint]") {
  const socket_address target = co_await free_address();
  datagram_endpoint client = co_await talking_to(target);
  auto receiving = rill::create_task(client.recv());
  co_await let_run();
  co_await client.send("nobody is there");
  const std::error_code told = co_await error_of(receiving);
  CHECK(told == std::errc::connection_refused);
}

RILL_IO_TEST_CASE("a datagram that is too long is that call's error", "[datagram_endpoint]") {
  datagram_endpoint one = co_await bound_to(any_port());
  datagram_endpoint two = co_await bound_to(any_port());
  const std::string too_long(70'000, 'x');
  auto sending = rill::create_task(one.send_to(too_long, two.local_address()));
  const std::error_code refused = co_await error_of(sending);
  CHECK(refused == std::errc::message_size);
  co_await one.send_to("short", two.local_address());
  const rill::datagram got = co_await two.recv();
  CHECK(got.data == "short");
}

RILL_IO_TEST_CASE("a broadcast address may be remote, and anybody may answer",
                  "[datagram_endpoint]") {
  datagram_endpoint server = co_await bound_to(any_port());
  datagram_options options;
  options.local = any_port();
  options.remote = server.local_address();
  options.allow_broadcast = true;
  datagram_endpoint client = co_await open_datagram_endpoint(options);
  datagram_endpoint other = co_await bound_to(any_port());
  co_await client.send("hello");
  const rill::datagram got = co_await server.recv();
  CHECK(got.data == "hello");
  co_await other.send_to("from another", got.sender);
  const rill::datagram answer = co_await client.recv();
  CHECK(answer.data == "from another");
}

RILL_IO_TEST_CASE("Unix datagrams: files come and go with their endpoint", "[datagram_endpoint]") {
  if (rill_test::lacks_unix_sockets(rill::socket_type::datagram)) co_return;
  const fs::path here = temporary("here.socket");
  const fs::path there = temporary("there.socket");
  {
    datagram_endpoint one = co_await bound_to(socket_address::unix_path(here.string()));
    datagram_endpoint two = co_await bound_to(socket_address::unix_path(there.string()));
    co_await one.send_to("by file", two.local_address());
    const rill::datagram got = co_await two.recv();
    CHECK(got.data == "by file");
    CHECK(got.sender == one.local_address());
    // Whoever leaves its file behind does not stand in the way of the next.
    rill::socket stale(rill::address_family::unix_socket, rill::socket_type::datagram);
    one.close();
    CHECK_FALSE(fs::exists(here));
    stale.bind(socket_address::unix_path(here.string()));
  }
  CHECK(fs::exists(here));
  CHECK_FALSE(fs::exists(there));
  const datagram_endpoint again = co_await bound_to(socket_address::unix_path(here.string()));
  CHECK(again.is_open());
}

RILL_IO_TEST_CASE("a send waits while the system takes no more", "[datagram_endpoint]") {
  if (rill_test::lacks_unix_sockets(rill::socket_type::datagram)) co_return;
  auto [left, right] = rill::socket_pair(rill::socket_type::datagram);
  datagram_endpoint from(std::move(left));
  datagram_endpoint to(std::move(right));
  int sent = 0;
  auto flooding = rill::create_task([&from, &sent]() -> coro<> {
    const std::string block(1000, 'x');
    for (; sent < 3000; ++sent) co_await from.send(block);
  });
  for (int i = 0; i < 100; ++i) co_await let_run();
  CHECK_FALSE(flooding.done());
  int received = 0;
  for (; received < 3000; ++received) {
    const rill::datagram got = co_await to.recv(1500);
    if (got.data.size() != 1000) break;
  }
  CHECK(received == 3000);
  co_await flooding;
}

RILL_IO_TEST_CASE("a cancelled receive loses no datagram", "[datagram_endpoint]") {
  datagram_endpoint one = co_await bound_to(any_port());
  datagram_endpoint two = co_await bound_to(any_port());
  auto receiving = rill::create_task(two.recv());
  co_await let_run();
  receiving.cancel();
  const bool cancelled = co_await rill_test::was_cancelled(receiving);
  CHECK(cancelled);
  co_await one.send_to("for the next", two.local_address());
  const rill::datagram got = co_await two.recv();
  CHECK(got.data == "for the next");
}

RILL_IO_TEST_CASE("closing ends who waits; the endpoint may go first", "[datagram_endpoint]") {
  datagram_endpoint one = co_await bound_to(any_port());
  auto receiving = rill::create_task(one.recv());
  co_await let_run();
  one = co_await bound_to(any_port());
  const std::error_code code = co_await error_of(receiving);
  CHECK(code == std::errc::bad_file_descriptor);
  one.close();
  CHECK_FALSE(one.is_open());
  CHECK_THROWS_AS(one.underlying_socket(), rill::usage_error);
}

RILL_IO_TEST_CASE("options that contradict one another are refused", "[datagram_endpoint]") {
  datagram_options none;
  auto nowhere = rill::create_task(open_datagram_endpoint(none));
  datagram_options two;
  two.local = any_port();
  two.remote = socket_address::parse("[::1]:9");
  auto families = rill::create_task(open_datagram_endpoint(two));
  datagram_options family;
  family.family = rill::address_family::ipv6;
  const datagram_endpoint six = co_await open_datagram_endpoint(family);
  CHECK(six.local_address().family() == rill::address_family::ipv6);
  co_await let_run();
  CHECK_THROWS_AS(nowhere.result(), std::invalid_argument);
  CHECK_THROWS_AS(families.result(), std::invalid_argument);
  datagram_endpoint unconnected = co_await bound_to(any_port());
  CHECK_THROWS_AS(unconnected.send("x"), rill::usage_error);
  rill::socket stream(rill::address_family::ipv4, rill::socket_type::stream);
  CHECK_THROWS_AS(datagram_endpoint(std::move(stream)), std::invalid_argument);
}

RILL_IO_TEST_CASE("a datagram takes the memory that it needs", "[datagram_endpoint]") {
  datagram_endpoint receiver = co_await bound_to(any_port());
  datagram_endpoint sender = co_await bound_to(any_port());
  for (int i = 0; i < 3; ++i) {
    co_await sender.send_to("0123456789", receiver.local_address());
    const rill::datagram got = co_await receiver.recv();
    CHECK(got.data == "0123456789");
    CHECK(got.data.capacity() < 100);
  }
  co_await sender.send_to(std::string(2'000, 'x'), receiver.local_address());
  const rill::datagram cut = co_await receiver.recv(100);
  CHECK(cut.data.size() == 100);
  CHECK(cut.truncated);
}
