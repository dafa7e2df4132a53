// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
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

namespace {

using namespace std::chrono_literals;
using rill_test::failure_of;

/// A FIFO in the file system, removed with this object.
class fifo {
 public:
  fifo()
      : path_(std::filesystem::temp_directory_path() / ("rill-fifo-" + std::to_string(getpid()))) {
    std::filesystem::remove(path_);
    REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
  }
  fifo(const fifo&) = delete;
  fifo& operator=(const fifo&) = delete;
  ~fifo() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

rill::coro<std::string> read_fifo(std::string path) {
  rill::stream_reader reader = co_await rill::open_fifo_reader(std::move(path));
  std::string all = co_await reader.read();
  co_return std::move(all);
}

template <class Function>
bool refuses(Function function) {
  try {
    function();
  } catch (const std::invalid_argument&) {
    return true;
  }
  return false;
}

}  // namespace

RILL_IO_TEST_CASE("ends of pipes are taken over, and closed", "[pipe]") {
  const int before = rill_test::open_descriptors();
  {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    rill::stream_reader reader = rill::connect_read_pipe(ends[0]);
    rill::stream_writer writer = rill::connect_write_pipe(ends[1]);
    CHECK(writer.get_extra_info("pipe") == std::to_string(ends[1]));
    bool refused = false;
    try {
      writer.underlying_socket();
    } catch (const rill::usage_error&) {
      refused = true;
    }
    CHECK(refused);
    writer.write("x");
    writer.close();
    const std::string all = co_await reader.read();
    CHECK(all == "x");
  }
  CHECK(rill_test::open_descriptors() == before);
}

RILL_IO_TEST_CASE("what is no pipe is refused, and stays the caller's", "[pipe]") {
  const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  const int directory = ::open("/", O_RDONLY | O_CLOEXEC);
  CHECK(refuses([file] { rill::connect_read_pipe(file); }));
  CHECK(refuses([directory] { rill::connect_read_pipe(directory); }));
  CHECK(::close(file) == 0);
  CHECK(::close(directory) == 0);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  CHECK(refuses([&ends] { rill::connect_read_pipe(ends[0], 0); }));
  CHECK(::close(ends[0]) == 0);
  CHECK(::close(ends[1]) == 0);
  CHECK_THROWS_AS(rill::connect_read_pipe(ends[0]), std::system_error);
  co_return;
}

RILL_IO_TEST_CASE("a FIFO: reader first, or writer first", "[pipe]") {
  const fifo made;
  auto reading = rill::create_task(read_fifo(made.path()));
  co_await rill_test::yield_times(10);
  CHECK_FALSE(reading.done());
  rill::stream_writer writer = co_await rill::open_fifo_writer(made.path());
  writer.write("hello");
  writer.close();
  const std::string first = co_await reading;
  CHECK(first == "hello");

  auto opening = rill::create_task(rill::open_fifo_writer(made.path()));
  co_await rill::sleep(1s);
  CHECK_FALSE(opening.done());
  auto again = rill::create_task(read_fifo(made.path()));
  rill::stream_writer second = co_await std::move(opening);
  second.write("again");
  second.close();
  const std::string text = co_await again;
  CHECK(text == "again");
}

RILL_IO_TEST_CASE("waiting for the other end of a FIFO can be cancelled", "[pipe]") {
  const fifo made;
  const int before = rill_test::open_descriptors();
  auto reading = rill::create_task(read_fifo(made.path()));
  auto opening = rill::create_task(rill::open_fifo_reader(made.path()));
  co_await rill_test::yield_times(3);
  reading.cancel();
  opening.cancel();
  const bool first = co_await rill_test::was_cancelled(reading);
  const bool second = co_await rill_test::was_cancelled(opening);
  CHECK(first);
  CHECK(second);
  CHECK(rill_test::open_descriptors() == before);
}

RILL_IO_TEST_CASE("what is no FIFO is refused", "[pipe]") {
  bool refused = false;
  try {
    co_await rill::open_fifo_reader("/proc/self/exe");
  } catch (const std::invalid_argument&) {
    refused = true;
  }
  CHECK(refused);
  std::error_code code;
  try {
    co_await rill::open_fifo_writer("/no/such/fifo");
  } catch (const std::system_error& error) {
    code = error.code();
  }
  CHECK(code == std::errc::no_such_file_or_directory);
}

RILL_IO_TEST_CASE("a pipe that nobody reads is an error, and no signal", "[pipe]") {
  rill::pipe_streams pipe = rill::open_pipe();
  {
    const rill::stream_reader gone = std::move(pipe.reader);
  }
  pipe.writer.write("for nobody");
  const std::error_code flushing = co_await failure_of(pipe.writer.flush());
  CHECK(flushing == std::errc::broken_pipe);
  struct sigaction now{};
  REQUIRE(::sigaction(SIGPIPE, nullptr, &now) == 0);
  CHECK(now.sa_handler == SIG_DFL);
  sigset_t blocked;
  REQUIRE(::pthread_sigmask(SIG_BLOCK, nullptr, &blocked) == 0);
  CHECK(::sigismember(&blocked, SIGPIPE) == 0);
}
