// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/named_pipe.hpp"

#include <windows.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/streams/pipe.hpp"
#include "streams/stream_pair.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"
#include "support/open_descriptors.hpp"
#include "support/socket_pair.hpp"

namespace {

using namespace std::chrono_literals;
using rill_test::failure_of;

/// Nobody else's.
std::string pipe_name(const std::string& about) {
  return "\\\\.\\pipe\\rill-test-" + std::to_string(::GetCurrentProcessId()) + "-" + about;
}

/// Where a name can be taken twice, though its owner has said that it is his.
bool shares_names() {
  const std::string name = pipe_name("taken twice");
  const auto make = [&name] {
    constexpr DWORD mode = PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE;
    return ::CreateNamedPipeA(name.c_str(), mode, PIPE_TYPE_BYTE, 2, 512, 512, 0, nullptr);
  };
  const HANDLE first = make();
  const HANDLE second = make();
  const bool shared = second != INVALID_HANDLE_VALUE;
  if (shared) ::CloseHandle(second);
  ::CloseHandle(first);
  if (shared) rill_test::skip("here the name of a pipe can be taken twice");
  return shared;
}

// [serve]
rill::coro<> echo(rill::stream_reader reader, rill::stream_writer writer) {
  while (true) {
    const std::string line = co_await reader.readline();
    if (line.empty()) break;
    co_await writer.write_all(line);
  }
  writer.close();
}

rill::coro<> serve(std::string path) {
  rill::server server = co_await rill::start_pipe_server(echo, std::move(path));
  co_await server.serve_forever();
}
// [/serve]

// [ask]
rill::coro<std::string> ask(std::string path, std::string question) {
  auto [reader, writer] = co_await rill::open_pipe_connection(std::move(path));
  co_await writer.write_all(question + "\n");
  std::string answer = co_await reader.readline();
  writer.close();
  co_await writer.wait_closed();
  co_return std::move(answer);
}
// [/ask]

rill::coro<std::error_code> failure_of_connecting(std::string path) {
  try {
    co_await rill::open_pipe_connection(std::move(path));
  } catch (const std::system_error& error) {
    co_return error.code();
  }
  co_return std::error_code();
}

rill::coro<std::string> read_fifo(std::string path) {
  rill::stream_reader reader = co_await rill::open_fifo_reader(std::move(path));
  std::string all = co_await reader.read();
  co_return std::move(all);
}

template <class Open>
rill::coro<bool> is_refused(Open open) {
  try {
    co_await open();
  } catch (const std::invalid_argument&) {
    co_return true;
  }
  co_return false;
}

}  // namespace

RILL_IO_TEST_CASE("a server of a named pipe answers many clients", "[named_pipe]") {
  const std::string path = pipe_name("answers");
  rill::server server = co_await rill::start_pipe_server(echo, path);
  CHECK(server.is_serving());
  CHECK(server.port() == 0);
  CHECK(server.addresses().empty());
  auto first = rill::create_task(ask(path, "first"));
  auto second = rill::create_task(ask(path, "second"));
  auto third = rill::create_task(ask(path, "third"));
  const std::string one = co_await first;
  const std::string two = co_await second;
  const std::string three = co_await third;
  CHECK(one == "first\n");
  CHECK(two == "second\n");
  CHECK(three == "third\n");
  server.close();
  co_await server.wait_closed();
  CHECK_FALSE(server.is_serving());
  const std::error_code gone = co_await failure_of_connecting(path);
  CHECK(gone == std::errc::no_such_file_or_directory);
}

RILL_IO_TEST_CASE("large messages go both ways through a named pipe at once", "[named_pipe]") {
  const std::string path = pipe_name("large");
  constexpr std::ptrdiff_t size = 1 << 20;
  const std::string text(size, 'x');
  std::string got;
  rill::server server = co_await rill::start_pipe_server(
      [&](rill::stream_reader reader, rill::stream_writer writer) -> rill::coro<> {
        writer.write(text);
        got = co_await reader.readexactly(size);
        co_await writer.drain();
        co_await writer.flush();
      },
      path);
  rill::connection client = co_await rill::open_pipe_connection(path);
  client.writer.write(text);
  const std::string back = co_await client.reader.readexactly(size);
  CHECK(back == text);
  const std::string end = co_await client.reader.read();
  CHECK(end.empty());
  CHECK(got == text);
  CHECK(client.reader.at_eof());
}

RILL_IO_TEST_CASE("a server of a named pipe serves until it is cancelled", "[named_pipe]") {
  const std::string path = pipe_name("forever");
  auto serving = rill::create_task(serve(path));
  co_await rill_test::yield_times(10);
  const std::string answer = co_await ask(path, "question");
  CHECK(answer == "question\n");
  serving.cancel();
  const bool cancelled = co_await rill_test::was_cancelled(serving);
  CHECK(cancelled);
  const std::error_code gone = co_await failure_of_connecting(path);
  CHECK(gone == std::errc::no_such_file_or_directory);
}

RILL_IO_TEST_CASE("a named pipe has no half that ends alone", "[named_pipe]") {
  const std::string path = pipe_name("halves");
  rill::server server = co_await rill::start_pipe_server(echo, path);
  rill::connection client = co_await rill::open_pipe_connection(path);
  CHECK_FALSE(client.writer.can_write_eof());
  CHECK_THROWS_AS(client.writer.write_eof(), rill::usage_error);
  CHECK_FALSE(client.writer.get_extra_info("pipe").empty());
  CHECK(client.writer.get_extra_info("peername").empty());
}

RILL_IO_TEST_CASE("a named pipe whose other end is gone cannot be written", "[named_pipe]") {
  const std::string path = pipe_name("gone");
  rill::server server =
      co_await rill::start_pipe_server([](rill::stream_reader, rill::stream_writer) {}, path);
  rill::connection client = co_await rill::open_pipe_connection(path);
  const std::string end = co_await client.reader.read();
  CHECK(end.empty());
  client.writer.write("for nobody");
  const std::error_code code = co_await failure_of(client.writer.flush());
  CHECK(code == std::errc::broken_pipe);
}

RILL_IO_TEST_CASE("what a server of a named pipe sent last is read behind its end",
                  "[named_pipe]") {
  const std::string path = pipe_name("last");
  rill::server server = co_await rill::start_pipe_server(
      [](rill::stream_reader, rill::stream_writer writer) { writer.write("last words"); }, path);
  rill::connection client = co_await rill::open_pipe_connection(path);
  co_await rill::sleep(1s);
  server.close();
  co_await server.wait_closed();
  const std::string all = co_await client.reader.read();
  CHECK(all == "last words");
}

RILL_IO_TEST_CASE("a client that is thrown out reads the end of the stream", "[named_pipe]") {
  const std::string path = pipe_name("thrown out");
  const HANDLE server =
      ::CreateNamedPipeA(path.c_str(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 512, 512, 0, nullptr);
  REQUIRE(server != INVALID_HANDLE_VALUE);
  rill::connection client = co_await rill::open_pipe_connection(path);
  auto reading = rill::create_task(client.reader.read());
  co_await rill_test::yield_times(3);
  CHECK_FALSE(reading.done());
  ::DisconnectNamedPipe(server);
  const std::string all = co_await reading;
  CHECK(all.empty());
  const std::string end = co_await client.reader.read();
  CHECK(end.empty());
  ::CloseHandle(server);
}

RILL_IO_TEST_CASE("the name of a pipe has one server", "[named_pipe]") {
  if (shares_names()) co_return;
  const std::string path = pipe_name("one");
  std::error_code code;
  {
    rill::server server = co_await rill::start_pipe_server(echo, path);
    try {
      co_await rill::start_pipe_server(echo, path);
    } catch (const std::system_error& error) {
      code = error.code();
    }
    server.close();
    co_await server.wait_closed();
  }
  CHECK(code == std::errc::address_in_use);
}

RILL_IO_TEST_CASE("a name of a pipe can be served again, when its server is closed",
                  "[named_pipe]") {
  const std::string path = pipe_name("again");
  for (int round = 0; round < 2; ++round) {
    rill::server server = co_await rill::start_pipe_server(echo, path);
    const std::string answer = co_await ask(path, "again");
    CHECK(answer == "again\n");
    server.close();
    co_await server.wait_closed();
  }
}

RILL_IO_TEST_CASE("a client of a named pipe waits for an end that is free", "[named_pipe]") {
  const std::string path = pipe_name("waits");
  rill::server_options options;
  options.max_clients = 1;
  rill::server server = co_await rill::start_pipe_server(echo, path, options);
  rill::connection first = co_await rill::open_pipe_connection(path);
  co_await rill_test::yield_times(10);
  rill::connection second = co_await rill::open_pipe_connection(path);  // not accepted yet
  auto third = rill::create_task(ask(path, "third"));
  co_await rill::sleep(1s);
  CHECK_FALSE(third.done());
  CHECK(server.client_count() == 1);
  first.writer.close();
  second.writer.close();
  const std::string answer = co_await third;
  CHECK(answer == "third\n");
}

RILL_IO_TEST_CASE("waits for the other end of a named pipe can be cancelled", "[named_pipe]") {
  const std::string path = pipe_name("cancelled");
  auto warm = rill::create_task(rill::open_fifo_reader(path));
  co_await rill_test::yield_times(3);
  warm.cancel();
  const bool warmed = co_await rill_test::was_cancelled(warm);
  CHECK(warmed);
  const int before = rill_test::open_descriptors();
  auto reading = rill::create_task(rill::open_fifo_reader(path));
  auto writing = rill::create_task(rill::open_fifo_writer(pipe_name("nobody")));
  co_await rill_test::yield_times(3);
  CHECK_FALSE(reading.done());
  CHECK_FALSE(writing.done());
  reading.cancel();
  writing.cancel();
  const bool first = co_await rill_test::was_cancelled(reading);
  const bool second = co_await rill_test::was_cancelled(writing);
  CHECK(first);
  CHECK(second);
  CHECK(rill_test::open_descriptors() == before);
}

RILL_IO_TEST_CASE("a read of a named pipe that is cancelled loses nothing", "[named_pipe]") {
  const std::string path = pipe_name("read");
  rill::server server = co_await rill::start_pipe_server(echo, path);
  rill::connection client = co_await rill::open_pipe_connection(path);
  auto reading = rill::create_task(client.reader.readline());
  co_await rill_test::yield_times(3);
  reading.cancel();
  const bool cancelled = co_await rill_test::was_cancelled(reading);
  CHECK(cancelled);
  co_await client.writer.write_all("still there\n");
  const std::string line = co_await client.reader.readline();
  CHECK(line == "still there\n");
}

RILL_IO_TEST_CASE("a FIFO of Windows: reader first, or writer first", "[named_pipe]") {
  const std::string path = pipe_name("fifo");
  auto reading = rill::create_task(read_fifo(path));
  co_await rill_test::yield_times(10);
  CHECK_FALSE(reading.done());
  rill::stream_writer writer = co_await rill::open_fifo_writer(path);
  writer.write("hello");
  writer.close();
  const std::string first = co_await reading;
  CHECK(first == "hello");

  auto opening = rill::create_task(rill::open_fifo_writer(path));
  co_await rill::sleep(1s);
  CHECK_FALSE(opening.done());
  auto again = rill::create_task(read_fifo(path));
  rill::stream_writer second = co_await std::move(opening);
  second.write("again");
  second.close();
  const std::string text = co_await again;
  CHECK(text == "again");
}

RILL_IO_TEST_CASE("what is no name of a pipe is refused", "[named_pipe]") {
  const std::string paths[] = {"C:\\windows\\win.ini", "\\\\.\\pipe\\", "fifo"};
  for (const std::string& path : paths) {
    const auto connect = [&] { return rill::open_pipe_connection(path); };
    const auto serve = [&] { return rill::start_pipe_server(echo, path); };
    const auto read = [&] { return rill::open_fifo_reader(path); };
    const auto write = [&] { return rill::open_fifo_writer(path); };
    const bool of_client = co_await is_refused(connect);
    const bool of_server = co_await is_refused(serve);
    const bool of_reader = co_await is_refused(read);
    const bool of_writer = co_await is_refused(write);
    CHECK(of_client);
    CHECK(of_server);
    CHECK(of_reader);
    CHECK(of_writer);
  }
}
