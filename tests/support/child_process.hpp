// SPDX-License-Identifier: BSL-1.0
//
// Runs a callable in a child process and tells how it ended: for tests of signals and exit codes.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>

namespace rill_test {

/// How a child process ended.
struct child_end {
  int exit_code = -1;     // or -1 if a signal ended it
  int signal_number = 0;  // that signal, or 0
  std::string output;     // what it wrote to standard error
};

/// Sends this process a signal; whichever thread may take it.
inline void send_to_self(int signal_number) { ::kill(::getpid(), signal_number); }

/// Calls `callable` in a child process, whose exit code is what it returns. The signals that the
/// test framework handles have their default effect there. No other thread may run.
template <class Callable>
child_end run_in_child(Callable callable) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int number : {SIGINT, SIGTERM, SIGABRT, SIGSEGV}) std::signal(number, SIG_DFL);
    ::close(ends[0]);
    ::dup2(ends[1], STDERR_FILENO);
    ::alarm(8);  // a hang is a failure, not a leftover
    ::_exit(callable());
  }
  ::close(ends[1]);
  child_end result;
  char text[256];
  for (ssize_t got = 0; (got = ::read(ends[0], text, sizeof text)) > 0;) {
    result.output.append(text, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal_number = WTERMSIG(status);
  return result;
}

}  // namespace rill_test
