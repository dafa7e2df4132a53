// SPDX-License-Identifier: BSL-1.0
//
// A fork copies no threads: what becomes of pools in the child.
#include <memory>
#include <string>

#include "rill/core/coro.hpp"
#include "rill/core/errors.hpp"
#include "rill/exec/loop_pool.hpp"
#include "rill/exec/loop_thread.hpp"
#include "rill/exec/thread_pool_executor.hpp"
#include "support/catch.hpp"
#include "support/child_process.hpp"

using rill::thread_pool_executor;

namespace {

int answer() { return 42; }
rill::coro<int> answer_later() { co_return 42; }

/// Lets its thread come to rest: a fork must not find it with a lock.
void settle(thread_pool_executor& pool) {
  pool.submit(answer).wait();
  while (pool.stats().idle != 1) continue;
}

}  // namespace

TEST_CASE("a pool refuses jobs in a child made by fork", "[pool_fork]") {
  thread_pool_executor pool(1);
  settle(pool);
  const auto child = rill_test::run_in_child([&pool] {
    try {
      static_cast<void>(pool.submit(answer));
    } catch (const rill::usage_error& error) {
      return std::string(error.what()).find("behind the fork") != std::string::npos ? 0 : 1;
    }
    return 2;
  });
  CHECK(child.exit_code == 0);
  CHECK(pool.submit(answer).result() == 42);
}

TEST_CASE("a pool can be shut down and destroyed in a child made by fork", "[pool_fork]") {
  auto pool = std::make_unique<thread_pool_executor>(1);
  settle(*pool);
  const auto child = rill_test::run_in_child([&pool] {
    pool->shutdown(true, true);
    const bool none = pool->stats().threads == 0;
    pool.reset();
    return none ? 0 : 1;
  });
  CHECK(child.exit_code == 0);
  CHECK(pool->submit(answer).result() == 42);
}

TEST_CASE("the loop of another thread is refused in a child made by fork", "[pool_fork]") {
  auto portal = std::make_unique<rill::loop_thread>();
  auto pool = std::make_unique<rill::loop_pool>(rill::loop_pool_options{.loops = 2});
  CHECK(portal->run(answer_later) == 42);
  const auto child = rill_test::run_in_child([&] {
    try {
      static_cast<void>(portal->submit(answer_later));
      return 1;
    } catch (const rill::usage_error&) {
    }
    portal->request_stop();
    portal->stop();
    portal.reset();
    pool->stop();
    pool.reset();
    return 0;
  });
  CHECK(child.exit_code == 0);
  CHECK(portal->run(answer_later) == 42);
}
