// SPDX-License-Identifier: BSL-1.0
//
// Standard input and output over files, devices and terminals.
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <initializer_list>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "base/system_calls.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/streams/standard_streams.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"
#include "support/must_throw.hpp"
#include "support/pseudo_terminal.hpp"
#include "support/standard_handles.hpp"

namespace {

using rill::coro;
using rill_test::blocking_pair;
using rill_test::in_place_of;
using rill_test::is_blocking;
using rill_test::let_run;
using rill_test::nothing_opens_anew;
using rill_test::pseudo_terminal;
using rill_test::scratch_file;

coro<> write_and_close(std::string text) {
  rill::stream_writer writer = co_await rill::open_standard_output();
  co_await writer.write_all(text);
  writer.close();
  co_await writer.wait_closed();
}

/// Neither flushes nor closes.
coro<> write_and_go(std::size_t size) {
  rill::stream_writer writer = co_await rill::open_standard_output();
  co_await writer.write_all(std::string(size, 'x'));
}

}  // namespace

// -- files and devices ----------------------------------------------------------------------------

RILL_IO_TEST_CASE("a read is cancelled although another program has been faster meanwhile",
                  "[standard_streams]") {
  const nothing_opens_anew forbidden;
  const blocking_pair pair(false);
  const in_place_of input(0, pair.out());
  rill::stream_reader reader = co_await rill::open_standard_input();
  auto waiting = rill::create_task(reader.readline());
  co_await let_run();
  {
    const rill::detail::system_calls_restorer restorer;
    rill::detail::current_system_calls.read = [](int, void*, std::size_t) {
      errno = EAGAIN;
      return ssize_t{-1};
    };
    pair.put("line\n");
    waiting.cancel();
    co_await rill_test::must_throw<rill::cancelled_error>(std::move(waiting));
  }
  const std::string line = co_await reader.readline();
  CHECK(line == "line\n");
}

RILL_IO_TEST_CASE("streams and printf() write in turn to a file", "[standard_streams]") {
  const scratch_file file("before\n");
  ::lseek(file.handle(), 0, SEEK_END);
  {
    const in_place_of output(1, file.handle());
    std::printf("one\n");
    std::fflush(stdout);
    co_await write_and_close(std::string(200'000, 'x') + "\n");
    std::printf("three\n");
    std::fflush(stdout);
    co_await write_and_close("four\n");
  }
  CHECK(file.content() == "before\none\n" + std::string(200'000, 'x') + "\nthree\nfour\n");
}

RILL_REACTOR_TEST_CASE("what was written to standard output is not lost at the end of the loop",
                       "[standard_streams]") {
  for (const std::size_t size :
       std::initializer_list<std::size_t>{10, 3'000, 60'000, 70'001, 200'000}) {
    const scratch_file file;
    {
      const in_place_of output(1, file.handle());
      rill::run(write_and_go(size), rill_test::backend_options());
    }
    CHECK(file.content().size() == size);
    const nothing_opens_anew forbidden(size % 2 != 0);
    blocking_pair pair(size == 3'000);
    std::string read;
    std::thread reader([&] {
      while (true) {
        const std::string some = pair.take();
        if (some.empty()) break;
        read += some;
      }
    });
    {
      const in_place_of output(1, pair.in());
      pair.close_in();
      rill::run(write_and_go(size), rill_test::backend_options());
    }
    reader.join();
    CHECK(read.size() == size);
  }
}

RILL_REACTOR_TEST_CASE("what was written to a terminal is not lost at the end of the loop",
                       "[standard_streams]") {
  for (const std::size_t size : std::initializer_list<std::size_t>{10, 3'000, 20'000, 60'000}) {
    pseudo_terminal terminal;
    std::atomic<bool> ended = false;
    std::string read;
    std::thread reader([&] {
      while (!ended) read += terminal.printed();
      read += terminal.printed();
    });
    {
      const in_place_of output(1, terminal.terminal());
      rill::run(write_and_go(size), rill_test::backend_options());
    }
    ended = true;
    reader.join();
    CHECK(read.size() == size);
  }
}

RILL_REACTOR_TEST_CASE("a loop may be closed while a file is written", "[standard_streams]") {
  const std::string much(8 << 20, 'x');
  const auto leaves_it = [&much]() -> rill::coro<> {
    const auto write = [&much]() -> rill::coro<> {
      rill::stream_writer writer = co_await rill::open_standard_output();
      co_await writer.send_all(much);
    };
    rill::create_task(write).detach();
    for (int i = 0; i < 4; ++i) co_await rill::yield();
  };
  for (int round = 0; round < 5; ++round) {
    const scratch_file file;
    const in_place_of output(1, file.handle());
    rill::event_loop loop(rill_test::backend_options());
    loop.run_until_complete(leaves_it());
    loop.close();
    CHECK(file.content().size() <= much.size());
  }
}

RILL_IO_TEST_CASE("standard handles may be devices without readiness", "[standard_streams]") {
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const int zero = ::open("/dev/zero", O_RDWR | O_CLOEXEC);
  {
    const in_place_of input(0, null);
    rill::stream_reader reader = co_await rill::open_standard_input();
    const std::string nothing = co_await reader.read();
    CHECK(nothing.empty());
  }
  {
    const in_place_of input(0, zero);
    rill::stream_reader reader = co_await rill::open_standard_input();
    const std::string zeros = co_await reader.readexactly(100'000);
    CHECK(zeros == std::string(100'000, '\0'));
  }
  {
    const in_place_of output(1, null);
    co_await write_and_close(std::string(100'000, 'x'));
  }
  ::close(null);
  ::close(zero);
}

RILL_IO_TEST_CASE("a full disk is an error of standard output", "[standard_streams]") {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  int code = 0;
  {
    const in_place_of output(1, full);
    rill::stream_writer writer = co_await rill::open_standard_output();
    try {
      writer.write("x");
      co_await writer.flush();
    } catch (const std::system_error& error) {
      code = error.code().value();
    }
  }
  ::close(full);
  CHECK(code == ENOSPC);
}

// -- terminals ------------------------------------------------------------------------------------

RILL_IO_TEST_CASE("standard input and output are a terminal", "[standard_streams]") {
  const pseudo_terminal terminal;
  for (const bool anew : {true, false}) {
    const nothing_opens_anew forbidden(!anew);
    const in_place_of input(0, terminal.terminal());
    rill::stream_reader reader = co_await rill::open_standard_input();
    auto line = rill::create_task(reader.readline());
    co_await let_run();
    CHECK(!line.done());
    terminal.type("typed\n");
    const std::string typed = co_await std::move(line);
    CHECK(typed == "typed\n");
    CHECK(is_blocking(0));
    CHECK(terminal.printed() == "typed\r\n");
    {
      const in_place_of output(1, terminal.terminal());
      co_await write_and_close("printed\n");
    }
    CHECK(terminal.printed() == "printed\r\n");
    CHECK(is_blocking(terminal.terminal()));
    terminal.type("\x04");
    const std::string end = co_await reader.read();
    CHECK(end.empty());
  }
}

RILL_IO_TEST_CASE("much is written to a terminal", "[standard_streams]") {
  const std::string much(100'000, 'x');
  const pseudo_terminal terminal;
  for (const bool anew : {true, false}) {
    const nothing_opens_anew forbidden(!anew);
    std::string seen;
    const in_place_of output(1, terminal.terminal());
    auto writer = rill::create_task(write_and_close(much));
    while (seen.size() < much.size()) {
      seen += terminal.printed();
      co_await let_run();
    }
    co_await std::move(writer);
    CHECK(seen == much);
  }
}

RILL_IO_TEST_CASE("a terminal that hangs up ends the input", "[standard_streams]") {
  pseudo_terminal terminal;
  const in_place_of input(0, terminal.terminal());
  rill::stream_reader reader = co_await rill::open_standard_input();
  auto line = rill::create_task(reader.readline());
  co_await let_run();
  terminal.close_master();
  std::string text;
  int code = 0;
  try {
    text = co_await std::move(line);
  } catch (const std::system_error& error) {
    code = error.code().value();
  }
  CHECK(text.empty());
  CHECK((code == 0 || code == EIO));
}
