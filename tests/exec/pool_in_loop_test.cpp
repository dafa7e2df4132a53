// SPDX-License-Identifier: BSL-1.0
//
// Thread pools in coroutines: left without stopping the loop.
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rill/combinators/gather.hpp"
#include "rill/combinators/with.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/exec/run_in_executor.hpp"
#include "rill/exec/thread_pool_executor.hpp"
#include "rill/loop/event_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"
#include "support/thread_gate.hpp"

using namespace std::chrono_literals;
using rill::executor_future;
using rill::thread_pool_executor;
using rill_test::thread_gate;

namespace {

int add(int a, int b) { return a + b; }

rill::coro<> turns(int& count, const bool& stop) {
  while (!stop) {
    ++count;
    co_await rill::yield();
  }
}

}  // namespace

RILL_IO_TEST_CASE("leaving a pool's scope lets the loop go on", "[pool_in_loop]") {
  thread_gate gate;
  int count = 0;
  bool stop = false;
  const rill::task<> ticking = rill::create_task(turns(count, stop));
  executor_future<int> late;
  const auto body = [&late, &gate](thread_pool_executor& pool) -> rill::coro<int> {
    late = pool.submit([&gate] {
      gate.pass();
      return 3;
    });
    const int sum = co_await pool.submit(add, 1, 1);
    co_return sum;
  };
  const auto run = [&body]() -> rill::coro<int> {
    const int sum = co_await rill::with(thread_pool_executor(2), body);
    co_return sum;
  };
  const rill::task<int> scope = rill::create_task(run);
  while (count < 10'000) co_await rill::yield();
  CHECK(!scope.done());
  gate.open();
  const int sum = co_await scope;
  stop = true;
  co_await ticking;
  CHECK(sum == 2);
  CHECK(late.result() == 3);
}

RILL_IO_TEST_CASE("a body that fails has the queue cancelled", "[pool_in_loop]") {
  executor_future<int> queued;
  thread_gate gate;
  const auto body = [&](thread_pool_executor& pool) -> rill::coro<> {
    const executor_future<> running = pool.submit([&gate] { gate.pass(); });
    queued = pool.submit(add, 1, 1);
    gate.wait_for(1);
    gate.open();
    throw std::runtime_error("failed");
    co_return;
  };
  const auto run = [&body]() -> rill::coro<> {
    co_await rill::with(thread_pool_executor(1), body);
  };
  co_await rill_test::must_throw<std::runtime_error>(run());
  CHECK(queued.done());
}

RILL_IO_TEST_CASE("blocking forms are refused where a loop runs", "[pool_in_loop]") {
  thread_pool_executor pool(1);
  CHECK_THROWS_AS(pool.shutdown(), rill::usage_error);
  const int sum = co_await pool.submit(add, 1, 1);
  CHECK(sum == 2);
  co_await pool.aclose();
  CHECK_THROWS_AS(pool.submit(add, 1, 1), rill::executor_shut_down);
  co_await pool.aclose();
}

RILL_IO_TEST_CASE("a pool that goes in a coroutine with work to do is told", "[pool_in_loop]") {
  std::vector<std::string> told;
  rill::event_loop& loop = rill::event_loop::running();
  loop.set_exception_handler([&told](rill::event_loop&, const rill::exception_context& context) {
    told.emplace_back(context.message);
  });
  auto gate = std::make_shared<thread_gate>();
  executor_future<int> queued;
  executor_future<> running;
  {
    thread_pool_executor pool(1);
    running = pool.submit([gate] { gate->pass(); });
    queued = pool.submit(add, 1, 1);
    gate->wait_for(1);
  }
  loop.set_exception_handler({});
  CHECK(queued.cancelled());
  CHECK(running.running());
  REQUIRE(told.size() == 1);
  CHECK(told[0].find("with(pool, body)") != std::string::npos);
  gate->open();
  co_await running;
}

RILL_IO_TEST_CASE("a pool that goes with nothing to do is fine", "[pool_in_loop]") {
  thread_pool_executor pool(1);
  const int sum = co_await pool.submit(add, 1, 1);
  CHECK(sum == 2);
  while (pool.stats().idle != 1) std::this_thread::yield();
}

RILL_IO_TEST_CASE("giving up an aclose leaves the pool closing", "[pool_in_loop]") {
  thread_gate gate;
  thread_pool_executor pool(1);
  const executor_future<> slow = pool.submit([&gate] { gate.pass(); });
  const auto close = [&pool]() -> rill::coro<> { co_await pool.aclose(); };
  gate.wait_for(1);
  const rill::task<> closing = rill::create_task(close);
  co_await rill::yield();
  closing.cancel();
  co_await rill::yield();
  co_await rill::yield();
  CHECK(closing.cancelled());
  CHECK(slow.running());
  gate.open();
  co_await pool.aclose();
  CHECK(slow.done());
}

RILL_IO_TEST_CASE("results of a pool in gather", "[pool_in_loop]") {
  thread_pool_executor pool(2);
  std::vector<rill::future<int>> jobs;
  for (int i = 0; i < 100; ++i) jobs.push_back(rill::run_in_executor(pool, add, i, 1));
  const std::vector<int> sums = co_await rill::gather(std::move(jobs));
  for (int i = 0; i < 100; ++i) CHECK(sums[static_cast<std::size_t>(i)] == i + 1);
  auto [one, two] = co_await rill::gather(pool.submit(add, 1, 1), pool.submit(add, 2, 2));
  CHECK(one == 2);
  CHECK(two == 4);
  co_await pool.aclose();
}
