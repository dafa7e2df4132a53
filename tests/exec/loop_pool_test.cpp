// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/loop_pool.hpp"

#include <algorithm>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "rill/combinators/gather.hpp"
#include "rill/combinators/with.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::executor_future;
using rill::loop_pool;

namespace {

rill::coro<std::thread::id> where() { co_return std::this_thread::get_id(); }

rill::coro<int> twice(int number) {
  co_await rill::yield();
  co_return 2 * number;
}

}  // namespace

RILL_REACTOR_TEST_CASE("each loop has a thread of its own", "[loop_pool]") {
  loop_pool pool({.loops = 3, .backend = rill_test::current_backend()});
  CHECK(pool.size() == 3);
  std::set<std::thread::id> threads;
  for (const executor_future<std::thread::id>& each : pool.on_each(where)) {
    threads.insert(each.result());
  }
  CHECK(threads.size() == 3);
  CHECK(threads.count(std::this_thread::get_id()) == 0);
}

RILL_REACTOR_TEST_CASE("coroutines go to the loops by turns", "[loop_pool]") {
  loop_pool pool({.loops = 2, .backend = rill_test::current_backend()});
  const std::thread::id first = pool.submit(where).result();
  const std::thread::id second = pool.submit(where).result();
  CHECK(first != second);
  CHECK(pool.submit(where).result() == first);
  CHECK(pool[0].run(where) == first);
}

TEST_CASE("a pool has a loop for each core unless told otherwise", "[loop_pool]") {
  loop_pool pool;
  CHECK(pool.size() == std::max(1U, std::thread::hardware_concurrency()));
}

TEST_CASE("a pool that ends cancels what its loops do", "[loop_pool]") {
  loop_pool pool({.loops = 2});
  const auto sleep = []() -> rill::coro<> { co_await rill::sleep(1h); };
  const std::vector<executor_future<>> sleeping = pool.on_each(sleep);
  pool.stop();
  for (const executor_future<>& each : sleeping) CHECK(each.cancelled());
  CHECK_THROWS_AS(pool.submit(where), rill::usage_error);
}

RILL_IO_TEST_CASE("a task gathers what other loops do", "[loop_pool]") {
  const auto body = [](loop_pool& pool) -> rill::coro<> {
    std::vector<executor_future<int>> doubles;
    for (int i = 0; i < 20; ++i) doubles.push_back(pool.submit(twice, i));
    const std::vector<int> results = co_await rill::gather(std::move(doubles));
    for (int i = 0; i < 20; ++i) CHECK(results[static_cast<std::size_t>(i)] == 2 * i);
  };
  loop_pool loops({.loops = 2});
  co_await rill::with(std::move(loops), body);
}
