// SPDX-License-Identifier: BSL-1.0
//
// Calls of iocp that fail: each is an error with a text, and nothing is lost by it.
#include <windows.h>

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/system_calls.hpp"
#include "reactor/iocp_calls.hpp"
#include "rill/core/create_task.hpp"
#include "rill/loop/reactor.hpp"
#include "rill/net/socket.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/server.hpp"
#include "rill/testing/virtual_run.hpp"
#include "support/coroutine_case.hpp"
#include "support/open_descriptors.hpp"
#include "support/socket_pair.hpp"

namespace {

using rill::detail::iocp_call_table;
using rill::detail::iocp_calls;
using rill::detail::system_calls;
using rill_test::connected_pair;
using rill_test::error_of;

/// Puts the table back.
class calls_restorer {
 public:
  calls_restorer() = default;
  calls_restorer(const calls_restorer&) = delete;
  calls_restorer& operator=(const calls_restorer&) = delete;
  ~calls_restorer() { iocp_calls = before_; }

 private:
  const iocp_call_table before_ = iocp_calls;
};

/// A call that fails some times, and works from then on.
template <auto Field>
struct failing;

template <class Result, class... Args, Result (*iocp_call_table::*Field)(Args...)>
struct failing<Field> {
  static inline Result (*original)(Args...) = nullptr;
  static inline int left = 0;
  static inline DWORD error = NO_ERROR;
  static inline Result failure{};

  static void install(int times, DWORD code, Result says) {
    if (iocp_calls.*Field != &call) original = iocp_calls.*Field;
    left = times;
    error = code;
    failure = says;
    iocp_calls.*Field = &call;
  }
  static Result call(Args... args) {
    if (left == 0) return original(args...);
    --left;
    ::SetLastError(error);  // Winsock's is the same one
    return failure;
  }
};

using table = iocp_call_table;

struct pipe_op : rill::io_op {
  pipe_op(rill::io_kind wanted, rill::native_handle on) {
    complete = [](rill::io_op& op) noexcept { static_cast<pipe_op&>(op).ended = true; };
    kind = wanted;
    handle = on;
    data = room;
    size = 4;
  }
  char room[4] = {'f', 'o', 'u', 'r'};
  bool ended = false;
};

/// A pipe, and a reactor that has it.
class used_pipe {
 public:
  used_pipe() { REQUIRE(system_calls().pipe2(ends_, O_NONBLOCK | O_CLOEXEC) == 0); }
  used_pipe(const used_pipe&) = delete;
  used_pipe& operator=(const used_pipe&) = delete;
  ~used_pipe() {
    for (const int end : ends_) {
      io->forget(end);
      system_calls().close(end);
    }
  }
  rill::native_handle read_end() const { return ends_[0]; }
  rill::native_handle write_end() const { return ends_[1]; }
  void put() const { CHECK(system_calls().write(ends_[1], "four", 4) == 4); }
  /// The result of an operation from its start on.
  std::int64_t perform(rill::io_kind kind) {
    pipe_op op(kind, kind == rill::io_kind::read ? read_end() : write_end());
    op.ended = io->start(op);
    while (!op.ended) io->wait(-1);
    return op.result;
  }

  const std::unique_ptr<rill::reactor> io = rill::make_reactor("iocp");

 private:
  int ends_[2] = {};
};

rill::coro<> accept_one(const rill::socket& from, rill::socket& accepted) {
  rill::socket one = co_await from.accept();
  accepted = std::move(one);
}

rill::coro<> connect(const rill::socket& client, rill::socket_address address) {
  co_await client.connect(address);
}

rill::coro<> answer(rill::stream_reader reader, rill::stream_writer writer) {
  const std::string question = co_await reader.readexactly(4);
  co_await writer.write_all(question);
}

rill::coro<bool> is_served(std::uint16_t port) {
  rill::connection client = co_await rill::open_connection("127.0.0.1", port);
  client.writer.write("four");
  const std::string text = co_await client.reader.readexactly(4);
  co_return text == "four";
}

/// A listener, and a client that has connected and is not accepted.
struct queued_client {
  rill::socket listener = rill_test::listening();
  rill::socket client;
};
rill::coro<queued_client> queue_client() {
  queued_client made;
  co_await rill_test::connect_to(made.client, made.listener.local_address());
  co_return std::move(made);
}

rill::coro<bool> receives_four(const rill::socket& from) {
  std::array<char, 8> room{};
  const std::size_t count = co_await from.recv(room);
  co_return std::string_view(room.data(), count) == "four";
}

}  // namespace

TEST_CASE("without a completion port there is no reactor, and nothing is left", "[iocp]") {
  const int before = rill_test::open_descriptors();
  const calls_restorer restorer;
  failing<&table::create_port>::install(1, ERROR_NO_SYSTEM_RESOURCES, nullptr);
  std::error_code code;
  std::string text;
  try {
    static_cast<void>(rill::make_reactor("iocp"));
  } catch (const std::system_error& error) {
    code = error.code();
    text = error.what();
  }
  CHECK(code == std::errc::not_enough_memory);
  CHECK_THAT(text, Catch::Contains("completion port"));
  CHECK(rill_test::open_descriptors() == before);
}

TEST_CASE("a wait without a timer ends all the same", "[iocp]") {
  const calls_restorer restorer;
  failing<&table::create_timer>::install(1, ERROR_NO_SYSTEM_RESOURCES, nullptr);
  const std::unique_ptr<rill::reactor> without = rill::make_reactor("iocp");
  without->wait(1'000'000);
  const std::unique_ptr<rill::reactor> with = rill::make_reactor("iocp");
  failing<&table::set_timer>::install(1, ERROR_NO_SYSTEM_RESOURCES, FALSE);
  with->wait(1'000'000);
  with->wait(1'000'000);
}

TEST_CASE("a handle that cannot be taken for now is an error, and is taken later", "[iocp]") {
  used_pipe pipe;
  pipe.put();
  const calls_restorer restorer;
  failing<&table::create_port>::install(1, ERROR_NO_SYSTEM_RESOURCES, nullptr);
  CHECK(pipe.perform(rill::io_kind::read) == -ENOMEM);
  CHECK(pipe.io->pending() == 0);
  CHECK(pipe.perform(rill::io_kind::read) == 4);
}

TEST_CASE("a handle that has not got its modes is refused", "[iocp]") {
  used_pipe pipe;
  pipe.put();
  const calls_restorer restorer;
  failing<&table::set_modes>::install(1, ERROR_NO_SYSTEM_RESOURCES, FALSE);
  CHECK(pipe.perform(rill::io_kind::read) == -ENOMEM);
  CHECK(pipe.perform(rill::io_kind::read) == -EINVAL);
  CHECK(pipe.io->pending() == 0);
}

TEST_CASE("a read and a write of a pipe that fail move nothing", "[iocp]") {
  used_pipe pipe;
  const calls_restorer restorer;
  failing<&table::write>::install(1, ERROR_NO_SYSTEM_RESOURCES, FALSE);
  CHECK(pipe.perform(rill::io_kind::write) == -ENOMEM);
  CHECK(pipe.perform(rill::io_kind::write) == 4);
  failing<&table::read>::install(1, ERROR_NO_SYSTEM_RESOURCES, FALSE);
  CHECK(pipe.perform(rill::io_kind::read) == -ENOMEM);
  CHECK(pipe.perform(rill::io_kind::read) == 4);
}

TEST_CASE("what cannot be taken back any more, or not waited for, is told later", "[iocp]") {
  used_pipe pipe;
  pipe_op op(rill::io_kind::read, pipe.read_end());
  REQUIRE_FALSE(pipe.io->start(op));
  const calls_restorer restorer;
  failing<&table::cancel>::install(INT_MAX, ERROR_NOT_FOUND, FALSE);
  CHECK(pipe.io->cancel(op) == rill::io_cancel::follows);
  pipe.put();
  failing<&table::wait>::install(2, ERROR_NO_SYSTEM_RESOURCES, FALSE);
  pipe.io->wait(-1);
  CHECK_FALSE(op.ended);
  while (!op.ended) pipe.io->wait(-1);
  CHECK(op.result == 4);
}

TEST_CASE("a request that the system overhears is repeated while the record is pending", "[iocp]") {
  used_pipe pipe;
  pipe_op op(rill::io_kind::read, pipe.read_end());
  REQUIRE_FALSE(pipe.io->start(op));
  const calls_restorer restorer;
  failing<&table::cancel>::install(2, ERROR_NOT_FOUND, FALSE);
  CHECK(pipe.io->cancel(op) == rill::io_cancel::follows);
  CHECK(failing<&table::cancel>::left == 0);
  for (int turns = 0; !op.ended && turns < 100; ++turns) pipe.io->wait(10'000'000);
  CHECK(op.result == rill::io_cancelled);
}

TEST_CASE("a wake is repeated until the port takes it", "[iocp]") {
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("iocp");
  static_cast<void>(io->pollable());
  const calls_restorer restorer;
  failing<&table::post>::install(2, ERROR_NO_SYSTEM_RESOURCES, FALSE);
  io->wake();
  CHECK(failing<&table::post>::left == 0);
  CHECK(::WaitForSingleObject(reinterpret_cast<HANDLE>(io->pollable()), 0) == WAIT_OBJECT_0);
  io->wait(-1);
}

RILL_IO_TEST_CASE("a receive and a send that fail move nothing", "[iocp]") {
  connected_pair pair = co_await rill_test::make_pair();
  const calls_restorer restorer;
  failing<&table::send>::install(1, WSAENOBUFS, SOCKET_ERROR);
  auto sending = rill::create_task(pair.client.send_all("lost"));
  std::error_code code = co_await error_of(sending);
  CHECK(code == std::errc::no_buffer_space);
  CHECK_FALSE(code.message().empty());
  co_await pair.client.send_all("four");
  failing<&table::receive>::install(1, WSAENOBUFS, SOCKET_ERROR);
  auto receiving = rill::create_task(receives_four(pair.server));
  code = co_await error_of(receiving);
  CHECK(code == std::errc::no_buffer_space);
  const bool received = co_await receives_four(pair.server);
  CHECK(received);
}

RILL_IO_TEST_CASE("that nobody has a datagram's port is told in the same words within a call",
                  "[iocp]") {
  rill::socket socket(rill::address_family::ipv4, rill::socket_type::datagram);
  socket.bind(rill::socket_address::parse("127.0.0.1:0"));
  const calls_restorer restorer;
  for (const int told : {WSAECONNRESET, WSAENETRESET}) {
    failing<&table::receive>::install(1, static_cast<DWORD>(told), SOCKET_ERROR);
    auto receiving = rill::create_task(receives_four(socket));
    const std::error_code code = co_await error_of(receiving);
    CHECK(code == std::errc::connection_refused);
  }
}

RILL_IO_TEST_CASE("a connect that finds no free port says so", "[iocp]") {
  const rill::socket listener = rill_test::listening();
  const rill::socket client(rill::address_family::ipv4, rill::socket_type::stream);
  {
    const rill::detail::system_calls_restorer restorer;
    rill::detail::current_system_calls.bind = [](int, const sockaddr*, socklen_t) {
      errno = ENOBUFS;
      return -1;
    };
    auto connecting = rill::create_task(connect(client, listener.local_address()));
    const std::error_code code = co_await error_of(connecting);
    CHECK(code == std::errc::no_buffer_space);
  }
  co_await client.connect(listener.local_address());
}

RILL_IO_TEST_CASE("an accept that fails loses no connection, and no handle", "[iocp]") {
  const queued_client queued = co_await queue_client();
  rill::socket accepted;
  const int before = rill_test::open_descriptors();
  {
    const calls_restorer restorer;
    failing<&table::accept>::install(1, WSAENOBUFS, FALSE);
    auto accepting = rill::create_task(accept_one(queued.listener, accepted));
    const std::error_code code = co_await error_of(accepting);
    CHECK(code == std::errc::no_buffer_space);
    CHECK(rill_test::open_descriptors() == before);
    failing<&table::accept>::install(3, WSAECONNRESET, FALSE);
    co_await accept_one(queued.listener, accepted);
    CHECK(failing<&table::accept>::left == 0);
  }
  CHECK(accepted.peer_address() == queued.client.local_address());
}

RILL_IO_TEST_CASE("an accepted socket that is not finished is closed", "[iocp]") {
  const queued_client queued = co_await queue_client();
  rill::socket accepted;
  const int before = rill_test::open_descriptors();
  const calls_restorer restorer;
  failing<&table::finish_accept>::install(1, WSAENOBUFS, SOCKET_ERROR);
  auto accepting = rill::create_task(accept_one(queued.listener, accepted));
  const std::error_code code = co_await error_of(accepting);
  CHECK(code == std::errc::no_buffer_space);
  CHECK(rill_test::open_descriptors() == before);
  std::array<char, 8> room{};
  const std::size_t end = co_await queued.client.recv(room);
  CHECK(end == 0);
}

RILL_IO_TEST_CASE("a connect that fails can be tried again", "[iocp]") {
  const rill::socket listener = rill_test::listening();
  const rill::socket client(rill::address_family::ipv4, rill::socket_type::stream);
  const calls_restorer restorer;
  failing<&table::connect>::install(1, WSAENETUNREACH, FALSE);
  auto connecting = rill::create_task(connect(client, listener.local_address()));
  const std::error_code code = co_await error_of(connecting);
  CHECK(code == std::errc::network_unreachable);
  co_await client.connect(listener.local_address());
  const rill::socket accepted = co_await listener.accept();
  CHECK(accepted.peer_address() == client.local_address());
}

RILL_IO_TEST_CASE("an accept without a network is an error", "[iocp]") {
  const rill::socket listener = rill_test::listening();
  rill::socket accepted;
  const calls_restorer restorer;
  failing<&table::accept>::install(100, WSAENETDOWN, FALSE);
  auto accepting = rill::create_task(accept_one(listener, accepted));
  const std::error_code code = co_await error_of(accepting);
  CHECK(code == std::errc::network_down);
  CHECK(failing<&table::accept>::left == 99);
}

RILL_IO_TEST_CASE("a server whose accept fails says so once, and tries again", "[iocp]") {
  rill::server server = co_await rill::start_server(answer, "127.0.0.1", 0);
  bool served = co_await is_served(server.port());
  CHECK(served);
  const calls_restorer restorer;
  failing<&table::accept>::install(3, WSAENETDOWN, FALSE);
  served = co_await is_served(server.port());  // the accept that waited
  CHECK(served);
  served = co_await is_served(server.port());
  CHECK(served);
  CHECK(failing<&table::accept>::left == 0);
  CHECK(rill::testing::take_reports().size() == 1);
}
