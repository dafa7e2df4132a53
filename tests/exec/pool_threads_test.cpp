// SPDX-License-Identifier: BSL-1.0
#include <pthread.h>

#include <csignal>
#include <string>

#include "rill/exec/thread_pool_executor.hpp"
#include "support/catch.hpp"

using rill::thread_pool_executor;

namespace {

std::string name_of_thread() {
  char name[16] = {};
  ::pthread_getname_np(::pthread_self(), name, sizeof(name));
  return name;
}

}  // namespace

TEST_CASE("its threads have names, and see no signals", "[thread_pool]") {
  thread_pool_executor pool({.max_workers = 1, .name = "a very long name"});
  CHECK(pool.submit(&name_of_thread).result() == "a very long n-0");
  const auto blocks = [](int signal) {
    sigset_t blocked;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    return ::sigismember(&blocked, signal) == 1;
  };
  CHECK(pool.submit(blocks, SIGINT).result());
  CHECK(pool.submit(blocks, SIGPIPE).result());
}
