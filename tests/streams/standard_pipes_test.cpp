// SPDX-License-Identifier: BSL-1.0
//
// Standard input, output and error over pipes and files, as every system has them.
#include <fcntl.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "base/system_calls.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/runner.hpp"
#include "rill/streams/standard_streams.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"
#include "support/must_throw.hpp"
#include "support/plain_pipe.hpp"
#include "support/standard_place.hpp"
#include "support/temporary_folder.hpp"

namespace {

using rill::coro;
using rill_test::failure_of;
using rill_test::let_run;
using rill_test::must_throw;
using rill_test::pipe_of_programs;
using rill_test::plain_pipe;
using rill_test::standard_one;
using rill_test::standard_place;
using rill_test::temporary_folder;

constexpr rill::native_handle closed = -1;

coro<> write_and_close(std::string text) {
  rill::stream_writer writer = co_await rill::open_standard_output();
  co_await writer.write_all(text);
  writer.close();
  co_await writer.wait_closed();
}

/// A file that is open, closed with its owner.
class open_file_of {
 public:
  open_file_of(const std::string& path, int flags)
      : number_(rill::detail::system_calls().open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (number_ < 0) throw std::runtime_error("no file");
  }
  open_file_of(const open_file_of&) = delete;
  open_file_of& operator=(const open_file_of&) = delete;
  ~open_file_of() { rill_test::close_handle(number_); }
  int handle() const noexcept { return number_; }

 private:
  int number_;
};

}  // namespace

RILL_IO_TEST_CASE("standard input is read from the pipe of another program", "[standard_streams]") {
  plain_pipe pipe = pipe_of_programs();
  const standard_place input(standard_one::input, pipe.read_end());
  pipe.put("first\nsec");
  rill::stream_reader reader = co_await rill::open_standard_input();
  const std::string first = co_await reader.readline();
  CHECK(first == "first\n");
  auto second = rill::create_task(reader.readline());
  co_await let_run();
  CHECK(!second.done());
  pipe.put("ond\n");
  const std::string line = co_await std::move(second);
  CHECK(line == "second\n");
  pipe.close_write_end();
  const std::string end = co_await reader.read();
  CHECK(end.empty());
  CHECK(reader.at_eof());
}

RILL_IO_TEST_CASE("a read of the pipe of another program can be cancelled, and loses nothing",
                  "[standard_streams]") {
  plain_pipe pipe = pipe_of_programs();
  const standard_place input(standard_one::input, pipe.read_end());
  rill::stream_reader reader = co_await rill::open_standard_input();
  auto waiting = rill::create_task(reader.readline());
  co_await let_run();
  waiting.cancel();
  co_await must_throw<rill::cancelled_error>(std::move(waiting));
  pipe.put("still here\n");
  const std::string line = co_await reader.readline();
  CHECK(line == "still here\n");
}

RILL_REACTOR_TEST_CASE("standard output is written to the pipe of another program",
                       "[standard_streams]") {
  const plain_pipe pipe = pipe_of_programs();
  const std::string much(1 << 20, 'm');
  std::string got;
  std::thread reader([&] {
    while (got.size() < much.size()) got += pipe.take();
  });
  {
    const standard_place output(standard_one::output, pipe.write_end());
    rill::run(write_and_close(much), rill_test::backend_options());
  }
  reader.join();
  CHECK((got == much));
}

RILL_IO_TEST_CASE("a program that reads standard output no more is an error",
                  "[standard_streams]") {
  plain_pipe pipe = pipe_of_programs();
  const standard_place output(standard_one::output, pipe.write_end());
  pipe.close_read_end();
  const std::error_code code = co_await failure_of(write_and_close("nobody reads this"));
  CHECK(code == std::errc::broken_pipe);
}

RILL_IO_TEST_CASE("standard error is a stream of its own", "[standard_streams]") {
  const plain_pipe pipe = pipe_of_programs();
  {
    const standard_place error(standard_one::error, pipe.write_end());
    rill::stream_writer writer = co_await rill::open_standard_error();
    co_await writer.write_all("to standard error");
    writer.close();
    co_await writer.wait_closed();
  }
  CHECK(pipe.take() == "to standard error");
}

RILL_IO_TEST_CASE("standard handles that are closed are a clear error", "[standard_streams]") {
  std::error_code input_code;
  std::error_code output_code;
  {
    const standard_place input(standard_one::input, closed);
    input_code = co_await failure_of(rill::open_standard_input());
  }
  {
    const standard_place output(standard_one::output, closed);
    output_code = co_await failure_of(rill::open_standard_output());
  }
  CHECK(input_code == std::errc::bad_file_descriptor);
  CHECK(output_code == std::errc::bad_file_descriptor);
}

RILL_IO_TEST_CASE("the end of a pipe for the other direction is refused", "[standard_streams]") {
  const plain_pipe pipe = pipe_of_programs();
  std::error_code input_code;
  std::error_code output_code;
  {
    const standard_place input(standard_one::input, pipe.write_end());
    input_code = co_await failure_of(rill::open_standard_input());
  }
  {
    const standard_place output(standard_one::output, pipe.read_end());
    output_code = co_await failure_of(rill::open_standard_output());
  }
  CHECK(input_code == std::errc::bad_file_descriptor);
  CHECK(output_code == std::errc::bad_file_descriptor);
}

RILL_IO_TEST_CASE("standard input has one reader at a time", "[standard_streams]") {
  const plain_pipe pipe = pipe_of_programs();
  const standard_place input(standard_one::input, pipe.read_end());
  {
    rill::stream_reader first = co_await rill::open_standard_input();
    co_await must_throw<rill::usage_error>(rill::open_standard_input());
  }
  pipe.put("for the second\n");
  rill::stream_reader second = co_await rill::open_standard_input();
  const std::string line = co_await second.readline();
  CHECK(line == "for the second\n");
}

RILL_IO_TEST_CASE("a limit of zero is refused, and claims nothing", "[standard_streams]") {
  co_await must_throw<std::invalid_argument>(rill::open_standard_input(0));
  const plain_pipe pipe = pipe_of_programs();
  const standard_place input(standard_one::input, pipe.read_end());
  const std::error_code code = co_await failure_of(rill::open_standard_input());
  CHECK(!code);
}

// -- files ----------------------------------------------------------------------------------------

RILL_IO_TEST_CASE("standard input is read from a regular file", "[standard_streams]") {
  const temporary_folder folder;
  const std::string much(300'000, 'x');
  const open_file_of file(folder.make("file", "first\n" + much + "\nlast"), O_RDONLY);
  const standard_place input(standard_one::input, file.handle());
  rill::stream_reader reader = co_await rill::open_standard_input(400'000);
  const std::string first = co_await reader.readline();
  const std::string second = co_await reader.readline();
  const std::string last = co_await reader.readline();
  const std::string end = co_await reader.readline();
  CHECK(first == "first\n");
  CHECK(second == much + "\n");
  CHECK(last == "last");
  CHECK(end.empty());
}

RILL_IO_TEST_CASE("standard input from a file begins where others have stopped",
                  "[standard_streams]") {
  const temporary_folder folder;
  const open_file_of file(folder.make("file", "head\nbody\n"), O_RDONLY);
  char head[5];
  CHECK(rill::detail::system_calls().read(file.handle(), head, sizeof head) == 5);
  const standard_place input(standard_one::input, file.handle());
  rill::stream_reader reader = co_await rill::open_standard_input();
  const std::string rest = co_await reader.read();
  CHECK(rest == "body\n");
}

RILL_IO_TEST_CASE("a read of a file that was cancelled leaves its bytes for the next",
                  "[standard_streams]") {
  const temporary_folder folder;
  const open_file_of file(folder.make("file", "a line\n"), O_RDONLY);
  const standard_place input(standard_one::input, file.handle());
  rill::stream_reader reader = co_await rill::open_standard_input();
  auto waiting = rill::create_task(reader.readline());
  co_await rill::yield();
  waiting.cancel();
  co_await must_throw<rill::cancelled_error>(std::move(waiting));
  const std::string line = co_await reader.readline();
  CHECK(line == "a line\n");
}

RILL_IO_TEST_CASE("streams write to a file in turn, from where others have stopped",
                  "[standard_streams]") {
  const temporary_folder folder;
  const std::string path = folder.make("file", "");
  const std::string much(200'000, 'x');
  {
    const open_file_of file(path, O_WRONLY);
    CHECK(rill::detail::system_calls().write(file.handle(), "before\n", 7) == 7);
    const standard_place output(standard_one::output, file.handle());
    co_await write_and_close("one\n" + much + "\n");
    co_await write_and_close("two\n");
  }
  CHECK((rill_test::content_of(path) == "before\none\n" + much + "\ntwo\n"));
}

RILL_IO_TEST_CASE("a stream to a file may go while bytes are on their way", "[standard_streams]") {
  const temporary_folder folder;
  const std::string path = folder.make("file", "");
  {
    const open_file_of file(path, O_WRONLY);
    const standard_place output(standard_one::output, file.handle());
    rill::stream_writer writer = co_await rill::open_standard_output();
    writer.write(std::string(500'000, 'x'));
    co_await rill::yield();
    writer.abort();
  }
  CHECK(rill_test::content_of(path).size() <= 500'000);
}
