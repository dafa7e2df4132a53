// SPDX-License-Identifier: BSL-1.0
//
// A write into a pipe that nobody reads raises a signal by itself; the library's do not.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <string>

#include "loop/pipe_operations.hpp"
#include "rill/core/create_task.hpp"
#include "rill/loop/event_loop.hpp"
#include "support/child_process.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

namespace {

using rill::coro;
using rill_test::running_reactor;
using rill_test::write_to;

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
