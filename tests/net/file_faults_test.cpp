// SPDX-License-Identifier: BSL-1.0
//
// What goes wrong beneath files: calls that are interrupted, do little or fail, another loop.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include "base/system_calls.hpp"
#include "rill/core/create_task.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/net/file.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"
#include "support/skip.hpp"
#include "support/socket_pair.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace std::chrono_literals;
using rill::open_mode;
using rill_test::anew;
using rill_test::content_of;
using rill_test::failure_of;
using rill_test::pattern;
using rill_test::temporary_folder;

std::atomic<int> calls{0};

/// What is behind the calls that the cases replace.
const rill::detail::system_call_table original = rill::detail::system_calls();

/// Every other call is interrupted, the others do a little.
bool is_interrupted() {
  if (++calls % 2 == 0) return false;
  errno = EINTR;
  return true;
}
constexpr std::size_t little = 700;

}  // namespace

RILL_IO_TEST_CASE("calls are repeated until everything is read and written", "[file]") {
  const temporary_folder folder;
  const rill::detail::system_calls_restorer restorer;
  calls = 0;
  auto& table = rill::detail::current_system_calls;
  table.open = [](const char* path, int flags, unsigned permissions) {
    return is_interrupted() ? -1 : original.open(path, flags, permissions);
  };
  table.pread = [](int number, void* data, std::size_t size, off_t offset) {
    return is_interrupted() ? ssize_t{-1}
                            : original.pread(number, data, std::min(size, little), offset);
  };
  table.preadv2 = nullptr;
  table.pwrite = [](int number, const void* data, std::size_t size, off_t offset) {
    return is_interrupted() ? ssize_t{-1}
                            : original.pwrite(number, data, std::min(size, little), offset);
  };
  table.write = [](int number, const void* data, std::size_t size) {
    if (size == 8) return original.write(number, data, size);  // wakes a loop
    return is_interrupted() ? ssize_t{-1} : original.write(number, data, std::min(size, little));
  };
  table.fsync = [](int number) { return is_interrupted() ? -1 : original.fsync(number); };
  table.ftruncate = [](int number, off_t size) {
    return is_interrupted() ? -1 : original.ftruncate(number, size);
  };
  const std::string much = pattern(100'000);
  rill::file both = co_await rill::open_file(folder.path("file"), anew | open_mode::read);
  co_await both.write_all(much);
  co_await both.sync();
  CHECK((content_of(folder.path("file")) == much));
  co_await both.seek(0);
  const std::string all = co_await both.read_all();
  CHECK((all == much));
  co_await both.truncate(5);
  rill::file log = co_await rill::open_file(folder.path("file"), open_mode::append);
  co_await log.write_all(much);
  CHECK((content_of(folder.path("file")) == much.substr(0, 5) + much));
  CHECK(log.tell() == 100'005);
  co_await both.seek(0);
  const std::string line = co_await both.readline();
  CHECK((line == content_of(folder.path("file")).substr(0, line.size())));
  CHECK(line.back() == '\n');
  CHECK(calls > 6);
}

RILL_IO_TEST_CASE("a write that fails half-way leaves the position behind what is written",
                  "[file]") {
  if (rill_test::current_backend() == "io_uring") {
    rill_test::skip("the kernel writes by itself");
    co_return;
  }
  const temporary_folder folder;
  const rill::detail::system_calls_restorer restorer;
  rill::detail::current_system_calls.pwrite = [](int number, const void* data, std::size_t size,
                                                 off_t offset) {
    if (offset < 1000)
      return original.pwrite(number, data, std::min<std::size_t>(size, 1000), offset);
    errno = ENOSPC;
    return ssize_t{-1};
  };
  rill::file to = co_await rill::open_file(folder.path("file"), anew);
  const std::error_code code = co_await failure_of(to.write_all(pattern(5000)));
  CHECK(code == std::errc::no_space_on_device);
  CHECK(to.tell() == 1000);
  CHECK((content_of(folder.path("file")) == pattern(1000)));
}

RILL_IO_TEST_CASE("what the system says when a file is closed is thrown once", "[file]") {
  const temporary_folder folder;
  rill::file to = co_await rill::open_file(folder.path("file"), anew);
  const rill::detail::system_calls_restorer restorer;
  rill::detail::current_system_calls.close = [](int number) {
    original.close(number);
    errno = EIO;
    return -1;
  };
  const std::error_code code = co_await failure_of(to.close());
  CHECK(code == std::errc::io_error);
  const std::error_code again = co_await failure_of(to.close());
  CHECK(!again);
}

RILL_IO_TEST_CASE("virtual time stands still while a file is read", "[file]") {
  const temporary_folder folder;
  const std::string content = pattern(8 << 20);
  rill::file from = co_await rill::open_file(folder.make("file", content));
  const rill::time_point before = rill::loop_clock::now();
  const auto sleep = []() -> rill::coro<> { co_await rill::sleep(1h); };
  const rill::task<> sleeping = rill::create_task(sleep);
  const std::string all = co_await from.read_all();
  CHECK((all == content));
  CHECK(rill::loop_clock::now() == before);
  sleeping.cancel();
}

RILL_REACTOR_TEST_CASE("a file is refused by another loop, and may outlive its own", "[file]") {
  const temporary_folder folder;
  rill::file kept;
  {
    rill::event_loop own(rill_test::backend_options());
    const auto open = [](const temporary_folder& in, rill::file& to) -> rill::coro<> {
      to = co_await rill::open_file(in.make("file", "content"));
      const std::string all = co_await to.read_all();
      CHECK(all == "content");
    };
    own.run_until_complete(own.create_task(open, std::cref(folder), std::ref(kept)));
  }
  rill::event_loop other(rill_test::backend_options());
  const auto read = [](rill::file& from) -> rill::coro<> {
    const std::string all = co_await from.read_all();
    CHECK(all.empty());
  };
  CHECK_THROWS_AS(other.run_until_complete(other.create_task(read, std::ref(kept))),
                  rill::usage_error);
}
