// SPDX-License-Identifier: BSL-1.0
#include "support/death.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace rill_test {

death die_in(const std::function<void()>& callable) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);  // not the test framework's report
    ::dup2(ends[1], STDERR_FILENO);
    callable();
    ::_exit(0);
  }
  ::close(ends[1]);
  death result;
  char text[256];
  for (ssize_t got = 0; (got = ::read(ends[0], text, sizeof text)) > 0;) {
    result.output.append(text, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  result.aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
  return result;
}

}  // namespace rill_test
