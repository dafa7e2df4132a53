// SPDX-License-Identifier: BSL-1.0
#include <signal.h>

#include "net/blocking_pool.hpp"
#include "support/coroutine_case.hpp"

using rill::detail::begun_call;
using rill::detail::blocking_pool;

RILL_IO_TEST_CASE("the threads of a pool leave signals to the program", "[blocking_pool]") {
  blocking_pool pool(1);
  const auto look = [] {
    sigset_t blocked;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    return ::sigismember(&blocked, SIGPIPE) == 1 && ::sigismember(&blocked, SIGINT) == 1;
  };
  const bool blocked = co_await rill::detail::run_blocking(pool, begun_call::left, "test", look);
  CHECK(blocked);
  sigset_t here;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &here);
  CHECK(::sigismember(&here, SIGINT) == 0);
}
