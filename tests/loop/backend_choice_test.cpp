// SPDX-License-Identifier: BSL-1.0
//
// Which reactor a program gets, where one does not work or none can be made, in child processes.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

#include "base/system_calls.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/reactor.hpp"
#include "rill/loop/runner.hpp"
#include "support/catch.hpp"
#include "support/child_process.hpp"
#include "support/coroutine_case.hpp"

namespace {

/// Forbids io_uring in this process, as sandboxes do. False if that does not work here.
bool forbid_io_uring() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

std::string reason_against(std::string_view name) {
  for (const rill::reactor_info& info : rill::available_reactors()) {
    if (info.name == name) return info.reason;
  }
  return {};
}

bool is_compiled_in(std::string_view name) {
  for (const rill::reactor_info& info : rill::available_reactors()) {
    if (info.name == name) return true;
  }
  return false;
}

rill::coro<std::string> name_of_the_reactor() {
  std::string name(rill::event_loop::running().backend());
  co_return name;
}

/// The code of the error with which a loop refuses to be made, or none.
std::error_code refusal() {
  std::error_code code;
  try {
    const rill::event_loop loop;
  } catch (const std::system_error& error) {
    code = error.code();
  }
  return code;
}

constexpr int no_such_sandbox = 77;

}  // namespace

TEST_CASE("where io_uring is forbidden, a program runs without it and is told why if it asks",
          "[backend_choice]") {
  if (!is_compiled_in("io_uring")) {
    rill_test::skip("io_uring is not compiled in");
    return;
  }
  const rill_test::child_end ended = rill_test::run_in_child([] {
    if (!forbid_io_uring()) return no_such_sandbox;
    ::unsetenv("RILL_BACKEND");
    if (reason_against("io_uring").empty()) return 1;
    // Nobody has asked for it: another one, in silence.
    const std::string name = rill::run(name_of_the_reactor());
    if (name.empty() || name == "io_uring") return 2;
    // Asked for by the environment, or by the program: an error of the system.
    ::setenv("RILL_BACKEND", "io_uring", 1);
    if (refusal() != std::errc::operation_not_permitted) return 3;
    try {
      const auto none = rill::make_reactor("io_uring");
      return none == nullptr ? 4 : 5;
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::operation_not_permitted) return 6;
    }
    // The program's word counts more than the environment's.
    return rill::run(name_of_the_reactor(), {.backend = "poll"}) == "poll" ? 0 : 7;
  });
  if (ended.exit_code == no_such_sandbox) {
    rill_test::skip("system calls cannot be forbidden here");
    return;
  }
  INFO(ended.output);
  CHECK(ended.exit_code == 0);
  CHECK(ended.output.empty());
}

TEST_CASE("without descriptors no loop can be made, and that is an error", "[backend_choice]") {
  const rill_test::child_end ended = rill_test::run_in_child([] {
    if (!forbid_io_uring()) return no_such_sandbox;
    ::unsetenv("RILL_BACKEND");
    {
      const rill::detail::system_calls_restorer restorer;
      rill::detail::current_system_calls.eventfd = [](unsigned, int) {
        errno = EMFILE;
        return -1;
      };
      // For those that want none: what they have is not to be had either.
      rill::detail::current_system_calls.fcntl = [](int, int, int) {
        errno = EMFILE;
        return -1;
      };
      // The first of the list says why: not permitted, or no descriptor.
      if (!refusal()) return 1;
      for (const rill::reactor_info& info : rill::available_reactors()) {
        if (info.available) return 2;
      }
    }
    return rill::run(name_of_the_reactor()).empty() ? 3 : 0;
  });
  if (ended.exit_code == no_such_sandbox) {
    rill_test::skip("system calls cannot be forbidden here");
    return;
  }
  INFO(ended.output);
  CHECK(ended.exit_code == 0);
}
