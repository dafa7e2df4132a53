// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/thread_pool_executor.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/thread_gate.hpp"

using namespace std::chrono_literals;
using rill::executor_future;
using rill::thread_pool_executor;
using rill_test::thread_gate;

namespace {

int add(int a, int b) { return a + b; }

}  // namespace

TEST_CASE("a pool runs what it is given", "[thread_pool]") {
  thread_pool_executor pool(2);
  CHECK(pool.submit(add, 2, 3).result() == 5);
  const auto here = std::this_thread::get_id();
  CHECK(pool.submit([] { return std::this_thread::get_id(); }).result() != here);
  const auto odd = pool.submit([] { throw 7; });
  CHECK_THROWS_AS(odd.result(), int);
}

TEST_CASE("threads are started as jobs come, and no more than there may be", "[thread_pool]") {
  thread_gate gate;
  thread_pool_executor pool(2);
  CHECK(pool.stats().threads == 0);
  CHECK(pool.stats().max_workers == 2);
  const auto wait = [&gate] { gate.pass(); };
  const executor_future<> first = pool.submit(wait);
  CHECK(pool.stats().threads == 1);
  const executor_future<> second = pool.submit(wait);
  const executor_future<> third = pool.submit(wait);
  gate.wait_for(2);
  CHECK(pool.stats().threads == 2);
  CHECK(pool.stats().queued == 1);
  CHECK(!third.running());
  gate.open();
  third.wait();
  pool.shutdown();
  CHECK(pool.stats().threads == 0);
}

TEST_CASE("an idle thread is used again", "[thread_pool]") {
  thread_pool_executor pool(4);
  pool.submit(add, 1, 1).wait();
  while (pool.stats().idle != 1) std::this_thread::yield();
  pool.submit(add, 1, 1).wait();
  CHECK(pool.stats().threads == 1);
}

TEST_CASE("the default size is as in Python", "[thread_pool]") {
  thread_pool_executor pool;
  const std::size_t cores = std::thread::hardware_concurrency();
  CHECK(pool.stats().max_workers == std::min<std::size_t>(32, cores + 4));
  CHECK_THROWS_AS(thread_pool_executor(0), std::invalid_argument);
  CHECK_THROWS_AS(thread_pool_executor(-1), std::invalid_argument);
}

TEST_CASE("a queued job is cancelled, a running one is not", "[thread_pool]") {
  thread_gate gate;
  thread_pool_executor pool(1);
  const executor_future<int> running = pool.submit([&gate] {
    gate.pass();
    return 1;
  });
  gate.wait_for(1);
  std::atomic<bool> ran = false;
  const executor_future<> queued = pool.submit([&ran] { ran = true; });
  CHECK(!running.cancel());
  CHECK(queued.cancel());
  gate.open();
  CHECK(running.result() == 1);
  pool.shutdown();
  CHECK(!ran);
  CHECK(queued.cancelled());
}

TEST_CASE("a shutdown lets all jobs end, and refuses others", "[thread_pool]") {
  thread_pool_executor pool(1);
  std::vector<executor_future<int>> jobs;
  for (int i = 0; i < 10; ++i) jobs.push_back(pool.submit(add, i, 0));
  pool.shutdown();
  for (int i = 0; i < 10; ++i) CHECK(jobs[static_cast<std::size_t>(i)].result() == i);
  CHECK_THROWS_AS(pool.submit(add, 1, 1), rill::executor_shut_down);
  pool.shutdown();
}

TEST_CASE("a shutdown can cancel what is queued and ask the rest to stop", "[thread_pool]") {
  thread_gate gate;
  thread_pool_executor pool(1);
  gate.open();
  const auto until_stopped = [&gate](const std::stop_token& stop) {
    gate.pass();
    while (!stop.stop_requested()) std::this_thread::yield();
    return 3;
  };
  const executor_future<int> running = pool.submit(until_stopped);
  gate.wait_for(1);
  const executor_future<int> queued = pool.submit(add, 1, 1);
  pool.shutdown(true, true);
  CHECK(running.result() == 3);
  std::string reason;
  try {
    queued.result();
  } catch (const rill::cancelled_error& error) {
    reason = error.reason();
  }
  CHECK(reason == "the executor was shut down");
}

TEST_CASE("a shutdown need not wait", "[thread_pool]") {
  thread_gate gate;
  thread_pool_executor pool(1);
  const executor_future<> running = pool.submit([&gate] { gate.pass(); });
  gate.wait_for(1);
  pool.shutdown(false);
  CHECK(running.running());
  gate.open();
}

TEST_CASE("several threads shut down the same pool", "[thread_pool]") {
  thread_gate gate;
  thread_pool_executor pool(2);
  const executor_future<> slow = pool.submit([&gate] { gate.pass(); });
  {
    const std::jthread one([&pool] { pool.shutdown(); });
    const std::jthread two([&pool] { pool.shutdown(); });
    gate.open();
  }
  CHECK(slow.done());
}

TEST_CASE("each thread is initialised before its first job", "[thread_pool]") {
  static thread_local int prepared = 0;
  std::atomic<int> calls = 0;
  const auto prepare = [&calls](int value) {
    prepared = value;
    ++calls;
  };
  thread_gate gate;
  thread_pool_executor pool({.max_workers = 2}, prepare, 7);
  const auto look = [&gate] {
    gate.pass();
    return prepared;
  };
  const auto first = pool.submit(look);
  const auto second = pool.submit(look);
  gate.wait_for(2);
  gate.open();
  CHECK(first.result() == 7);
  CHECK(second.result() == 7);
  CHECK(calls == 2);
}

TEST_CASE("an initializer that throws breaks the pool", "[thread_pool]") {
  thread_gate gate;
  const auto fail = [&gate] {
    gate.pass();
    throw std::runtime_error("no database");
  };
  thread_pool_executor pool({.max_workers = 1}, fail);
  const auto first = pool.submit(add, 1, 1);
  const auto second = pool.submit(add, 1, 1);
  gate.open();
  CHECK_THROWS_AS(first.result(), rill::broken_thread_pool);
  CHECK_THROWS_WITH(second.result(), Catch::Contains("no database"));
  CHECK_THROWS_AS(pool.submit(add, 1, 1), rill::broken_thread_pool);
}

TEST_CASE("jobs may wait for jobs of their own pool", "[thread_pool]") {
  thread_pool_executor pool(1);
  const auto outer = [&pool] {
    const executor_future<int> inner = pool.submit(add, 1, 2);
    const executor_future<int> other = pool.submit(add, 3, 4);
    return inner.result() + other.result();
  };
  CHECK(pool.submit(outer).result() == 10);
}

TEST_CASE("pools may stand in pools", "[thread_pool]") {
  thread_pool_executor outer(1);
  const auto nested = [] {
    thread_pool_executor inner(2);
    return inner.submit(add, 2, 2).result();
  };
  CHECK(outer.submit(nested).result() == 4);
}

TEST_CASE("a thread of the pool does not wait for the pool's end", "[thread_pool]") {
  thread_pool_executor pool(1);
  const executor_future<> waits = pool.submit([&pool] { pool.shutdown(); });
  CHECK_THROWS_AS(waits.result(), rill::usage_error);
  pool.submit([&pool] { pool.shutdown(false); }).wait();
  CHECK_THROWS_AS(pool.submit(add, 1, 1), rill::executor_shut_down);
}

TEST_CASE("a pool may be destroyed in a thread of its own", "[thread_pool]") {
  thread_gate gate;
  auto pool = std::make_unique<thread_pool_executor>(1);
  thread_pool_executor& same = *pool;
  const executor_future<> last = same.submit([&gate, &pool] {
    gate.pass();
    pool.reset();
  });
  const executor_future<int> queued = same.submit(add, 1, 1);
  gate.open();
  last.result();
  CHECK_THROWS_AS(queued.result(), rill::cancelled_error);
}

TEST_CASE("jobs from many threads are all done", "[thread_pool]") {
  constexpr int makers = 3;
  constexpr int each = 20'000;
  std::atomic<long> sum = 0;
  {
    thread_pool_executor pool(2);
    std::vector<std::jthread> threads;
    for (int maker = 0; maker < makers; ++maker) {
      threads.emplace_back([&pool, &sum] {
        for (int i = 0; i < each; ++i) static_cast<void>(pool.submit([&sum, i] { sum += i; }));
      });
    }
    threads.clear();
  }
  CHECK(sum == long{makers} * each * (each - 1) / 2);
}

TEST_CASE("jobs are begun in the order of their coming", "[thread_pool]") {
  std::vector<int> order;
  {
    thread_pool_executor pool(1);
    for (int i = 0; i < 1000; ++i)
      static_cast<void>(pool.submit([&order, i] { order.push_back(i); }));
  }
  REQUIRE(order.size() == 1000);
  CHECK(std::is_sorted(order.begin(), order.end()));
}
