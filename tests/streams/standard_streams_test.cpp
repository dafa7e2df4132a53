// SPDX-License-Identifier: BSL-1.0
//
// Standard input and output over pipes and sockets, and misuse.
#include "rill/streams/standard_streams.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/runner.hpp"
#include "support/child_process.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"
#include "support/standard_handles.hpp"

namespace {

using rill::coro;
using rill_test::blocking_pair;
using rill_test::in_place_of;
using rill_test::is_blocking;
using rill_test::let_run;
using rill_test::nothing_opens_anew;

coro<int> code_of_input() {
  try {
    rill::stream_reader reader = co_await rill::open_standard_input();
    static_cast<void>(reader);
  } catch (const std::system_error& error) {
    co_return error.code().value();
  }
  co_return 0;
}

coro<int> code_of_output() {
  try {
    rill::stream_writer writer = co_await rill::open_standard_output();
    static_cast<void>(writer);
  } catch (const std::system_error& error) {
    co_return error.code().value();
  }
  co_return 0;
}

coro<> write_and_close(std::string text) {
  rill::stream_writer writer = co_await rill::open_standard_output();
  co_await writer.write_all(text);
  writer.close();
  co_await writer.wait_closed();
}

// Bytes before, bytes that come while a read waits, and the end.
coro<> read_in_pieces(blocking_pair& pair) {
  const in_place_of input(0, pair.out());
  pair.put("first\nsec");
  rill::stream_reader reader = co_await rill::open_standard_input();
  CHECK(is_blocking(0));
  const std::string first = co_await reader.readline();
  CHECK(first == "first\n");
  auto second = rill::create_task(reader.readline());
  co_await let_run();
  CHECK(!second.done());
  pair.put("ond\n");
  const std::string line = co_await std::move(second);
  CHECK(line == "second\n");
  pair.close_in();
  const std::string end = co_await reader.read();
  CHECK(end.empty());
  CHECK(reader.at_eof());
  CHECK(is_blocking(0));
}

// More than the system takes at once, to somebody who reads slowly.
coro<> write_much(blocking_pair& pair) {
  const std::string much(1 << 20, 'm');
  const in_place_of output(1, pair.in());
  pair.close_in();
  auto writer = rill::create_task(write_and_close(much));
  std::string got;
  ::fcntl(pair.out(), F_SETFL, O_NONBLOCK);
  while (got.size() < much.size()) {
    got += pair.take();
    co_await let_run();
  }
  co_await std::move(writer);
  CHECK(is_blocking(1));
  CHECK(got == much);
}

// The standard handle stays open and in order behind the stream.
coro<> write_between_prints(blocking_pair& pair) {
  {
    const in_place_of output(1, pair.in());
    std::printf("one ");
    std::fflush(stdout);
    co_await write_and_close("two ");
    std::printf("three ");
    std::fflush(stdout);
    co_await write_and_close("four");
  }
  pair.close_in();
  std::string text;
  for (std::string more = pair.take(); !more.empty(); more = pair.take()) text += more;
  CHECK(text == "one two three four");
}

coro<> cancel_a_read(blocking_pair& pair) {
  const in_place_of input(0, pair.out());
  rill::stream_reader reader = co_await rill::open_standard_input();
  auto waiting = rill::create_task(reader.readline());
  co_await let_run();
  waiting.cancel();
  bool cancelled = false;
  try {
    co_await std::move(waiting);
  } catch (const rill::cancelled_error&) {
    cancelled = true;
  }
  CHECK(cancelled);
  pair.put("still here\n");
  const std::string line = co_await reader.readline();
  CHECK(line == "still here\n");
}

coro<int> error_of_lost_reader() {
  rill::stream_writer writer = co_await rill::open_standard_output();
  try {
    for (int i = 0; i < 100; ++i) {
      writer.write("nobody reads this\n");
      co_await writer.flush();
    }
  } catch (const std::system_error& error) {
    co_return error.code().value();
  }
  co_return 0;
}

}  // namespace

RILL_IO_TEST_CASE("standard input is read from a pipe", "[standard_streams]") {
  blocking_pair pair(false);
  co_await read_in_pieces(pair);
}

RILL_IO_TEST_CASE("standard input is read from a socket", "[standard_streams]") {
  blocking_pair pair(true);
  co_await read_in_pieces(pair);
}

RILL_IO_TEST_CASE("standard input is read from a pipe that cannot be opened anew",
                  "[standard_streams]") {
  const nothing_opens_anew forbidden;
  blocking_pair pair(false);
  co_await read_in_pieces(pair);
}

RILL_IO_TEST_CASE("standard output is written to a pipe", "[standard_streams]") {
  blocking_pair pair(false);
  co_await write_much(pair);
}

RILL_IO_TEST_CASE("standard output is written to a socket", "[standard_streams]") {
  blocking_pair pair(true);
  co_await write_much(pair);
}

RILL_IO_TEST_CASE("standard output is written to a pipe that cannot be opened anew",
                  "[standard_streams]") {
  const nothing_opens_anew forbidden;
  blocking_pair pair(false);
  co_await write_much(pair);
}

RILL_IO_TEST_CASE("streams and printf() write in turn to a pipe", "[standard_streams]") {
  blocking_pair pair(false);
  co_await write_between_prints(pair);
}

RILL_IO_TEST_CASE("streams and printf() write in turn to a socket", "[standard_streams]") {
  blocking_pair pair(true);
  co_await write_between_prints(pair);
}

RILL_IO_TEST_CASE("a read of standard input can be cancelled, and loses nothing",
                  "[standard_streams]") {
  for (const bool sockets : {false, true}) {
    blocking_pair pair(sockets);
    co_await cancel_a_read(pair);
  }
  const nothing_opens_anew forbidden;
  blocking_pair pair(false);
  co_await cancel_a_read(pair);
}

RILL_REACTOR_TEST_CASE("a reader of standard output that has gone is an error, and no signal",
                       "[standard_streams]") {
  const int way = GENERATE(0, 1, 2);  // a pipe; a socket; a pipe that cannot be opened anew
  const rill_test::child_end ended = rill_test::run_in_child([way] {
    std::signal(SIGPIPE, SIG_DFL);
    const nothing_opens_anew forbidden(way == 2);
    blocking_pair pair(way == 1);
    const in_place_of output(1, pair.in());
    pair.close_in();
    pair.close_out();
    return rill::run(error_of_lost_reader(), rill_test::backend_options());
  });
  INFO(ended.output);
  CHECK(ended.signal_number == 0);
  CHECK(ended.exit_code == EPIPE);
}

// -- misuse ---------------------------------------------------------------------------------------

RILL_IO_TEST_CASE("what the loop has opened in the place of a closed handle is not taken for it",
                  "[standard_streams]") {
  const int opened = ::eventfd(0, EFD_CLOEXEC);
  int code = 0;
  {
    const in_place_of input(0, opened);
    code = co_await code_of_input();
  }
  ::close(opened);
  CHECK(code == EBADF);
}

RILL_IO_TEST_CASE("a handle for the other direction, or a folder, is refused",
                  "[standard_streams]") {
  blocking_pair pair(false);
  int input_code = 0;
  int output_code = 0;
  int folder_code = 0;
  {
    const in_place_of input(0, pair.in());
    input_code = co_await code_of_input();
  }
  {
    const in_place_of output(1, pair.out());
    output_code = co_await code_of_output();
  }
  const int folder = ::open("/", O_RDONLY | O_CLOEXEC);
  {
    const in_place_of input(0, folder);
    folder_code = co_await code_of_input();
  }
  ::close(folder);
  CHECK(input_code == EBADF);
  CHECK(output_code == EBADF);
  CHECK(folder_code == EISDIR);
}
