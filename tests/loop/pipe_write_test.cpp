// SPDX-License-Identifier: BSL-1.0
//
// Reads and writes of pipes as operations of a reactor: a reader that has gone is an error, and no
// signal.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

#include "rill/core/create_task.hpp"
#include "rill/loop/detail/loop_services.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/io_awaiter.hpp"
#include "support/child_process.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"
#include "support/pipe_pair.hpp"

namespace {

using rill::coro;
using rill_test::pipe_pair;

rill::reactor& running_reactor() {
  return rill::detail::loop_services::of(rill::detail::scheduler::require_current()).io();
}

/// One operation on a handle that the reactor does not own.
class one_operation final : public rill::detail::io_awaiter {
 public:
  one_operation(rill::io_kind wanted, rill::native_handle on, void* bytes, std::size_t count)
      : io_awaiter(running_reactor()) {
    kind = wanted;
    handle = on;
    data = bytes;
    size = count;
  }
  std::int64_t await_resume() { return finish(); }
};

one_operation write_to(rill::native_handle handle, std::string& text) {
  return {rill::io_kind::write, handle, text.data(), text.size()};
}

one_operation read_from(rill::native_handle handle, std::string& room) {
  return {rill::io_kind::read, handle, room.data(), room.size()};
}

bool signal_is_pending() {
  sigset_t pending;
  ::sigpending(&pending);
  return ::sigismember(&pending, SIGPIPE) == 1;
}

void set_blocked(bool blocked) {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGPIPE);
  ::pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, nullptr);
}

bool is_blocked() {
  sigset_t set;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &set);
  return ::sigismember(&set, SIGPIPE) == 1;
}

/// A pipe whose reader has gone; its end is non-blocking or not.
int pipe_without_reader(int flags) {
  int ends[2];
  if (::pipe2(ends, flags | O_CLOEXEC) != 0) return -1;
  ::close(ends[0]);
  return ends[1];
}

coro<std::int64_t> write_once(int handle) {
  std::string text = "nobody reads this";
  const std::int64_t done = co_await write_to(handle, text);
  running_reactor().forget(handle);
  ::close(handle);
  co_return done;
}

}  // namespace

RILL_IO_TEST_CASE("bytes go through a pipe by operations", "[pipe_write]") {
  pipe_pair pipe;
  std::string text = "through the pipe";
  const std::int64_t written = co_await write_to(pipe.write_end(), text);
  CHECK(written == 16);
  std::string room(64, ' ');
  const std::int64_t got = co_await read_from(pipe.read_end(), room);
  CHECK(got == 16);
  CHECK(room.substr(0, 16) == text);
  running_reactor().forget(pipe.read_end());
  running_reactor().forget(pipe.write_end());
}

RILL_IO_TEST_CASE("a write to a full pipe waits for room", "[pipe_write]") {
  pipe_pair pipe;
  while (::write(static_cast<int>(pipe.write_end()), "0123456789abcdef", 16) > 0) {
  }
  std::string text = "late";
  std::int64_t written = 0;
  auto writer = rill::create_task([&]() -> coro<> {
    const std::int64_t done = co_await write_to(pipe.write_end(), text);
    written = done;
  });
  co_await rill_test::let_run();
  CHECK(written == 0);
  std::string room(4096, ' ');
  for (int i = 0; i < 2; ++i) co_await read_from(pipe.read_end(), room);
  co_await std::move(writer);
  CHECK(written == 4);
  running_reactor().forget(pipe.read_end());
  running_reactor().forget(pipe.write_end());
}

RILL_IO_TEST_CASE("a write that waits can be withdrawn, and nothing of it comes", "[pipe_write]") {
  pipe_pair pipe;
  std::size_t filled = 0;
  while (::write(static_cast<int>(pipe.write_end()), "0123456789abcdef", 16) > 0) filled += 16;
  std::string text = "never";
  auto writer = rill::create_task([&]() -> coro<> { co_await write_to(pipe.write_end(), text); });
  co_await rill_test::let_run();
  writer.cancel();
  bool cancelled = false;
  try {
    co_await std::move(writer);
  } catch (const rill::cancelled_error&) {
    cancelled = true;
  }
  CHECK(cancelled);
  std::string room(filled + 64, ' ');
  const ssize_t there = ::read(static_cast<int>(pipe.read_end()), room.data(), room.size());
  CHECK(there == static_cast<ssize_t>(filled));
  running_reactor().forget(pipe.write_end());
}

RILL_REACTOR_TEST_CASE("a reader that has gone is an error and no signal", "[pipe_write]") {
  const rill_test::child_end ended = rill_test::run_in_child([] {
    std::signal(SIGPIPE, SIG_DFL);
    for (const int flags : {O_NONBLOCK, 0}) {
      const std::int64_t done =
          rill::run(write_once(pipe_without_reader(flags)), rill_test::backend_options());
      if (done != -EPIPE) return 1;
    }
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) return 2;
    ::close(ends[0]);
    const std::int64_t done = rill::run(write_once(ends[1]), rill_test::backend_options());
    return done == -EPIPE && !is_blocked() && !signal_is_pending() ? 0 : 3;
  });
  INFO(ended.output);
  CHECK(ended.signal_number == 0);
  CHECK(ended.exit_code == 0);
}

RILL_REACTOR_TEST_CASE("a reader that goes while a write waits is an error and no signal",
                       "[pipe_write]") {
  const rill_test::child_end ended = rill_test::run_in_child([] {
    std::signal(SIGPIPE, SIG_DFL);
    const auto program = []() -> coro<std::int64_t> {
      int ends[2];
      if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) co_return 0;
      while (::write(ends[1], "0123456789abcdef", 16) > 0) {
      }
      auto writer = rill::create_task(write_once(ends[1]));
      co_await rill_test::let_run();
      ::close(ends[0]);
      const std::int64_t done = co_await std::move(writer);
      co_return done;
    };
    return rill::run(program(), rill_test::backend_options()) == -EPIPE ? 0 : 1;
  });
  INFO(ended.output);
  CHECK(ended.signal_number == 0);
  CHECK(ended.exit_code == 0);
}

RILL_REACTOR_TEST_CASE("the program's own SIGPIPE stays as it is", "[pipe_write]") {
  const rill_test::child_end ended = rill_test::run_in_child([] {
    std::signal(SIGPIPE, SIG_DFL);
    set_blocked(true);
    rill::run(write_once(pipe_without_reader(O_NONBLOCK)), rill_test::backend_options());
    if (signal_is_pending() || !is_blocked()) return 1;  // the library's one
    std::raise(SIGPIPE);
    rill::run(write_once(pipe_without_reader(O_NONBLOCK)), rill_test::backend_options());
    return signal_is_pending() ? 0 : 2;  // the program's one
  });
  CHECK(ended.exit_code == 0);
}
