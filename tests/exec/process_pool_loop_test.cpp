// SPDX-License-Identifier: BSL-1.0
// Process pools used from a loop, which never waits for them.
#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "exec/pool_jobs.hpp"
#include "rill/combinators/gather.hpp"
#include "rill/combinators/wait_for.hpp"
#include "rill/combinators/with.hpp"
#include "rill/core/create_task.hpp"
#include "rill/exec/exec_errors.hpp"
#include "rill/exec/process_pool_executor.hpp"
#include "rill/exec/shared_value.hpp"
#include "rill/loop/sleep.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/open_descriptors.hpp"

using namespace std::chrono_literals;
using rill_test::workers;

namespace {

long squared(int number) { return long{number} * number; }
void hold(const rill::shared_value<int>& state) {
  state.store(1);
  while (state.load() != 2) std::this_thread::sleep_for(1ms);
}
std::vector<char> large(int megabytes) {
  return std::vector<char>(static_cast<std::size_t>(megabytes) * 1'000'000, 'x');
}

}  // namespace

RILL_IO_TEST_CASE("a task awaits jobs, and a map", "[process]") {
  rill::process_pool_executor pool(workers(2));
  const auto body = [](rill::process_pool_executor& in) -> rill::coro<> {
    const auto job = in.submit<&squared>(7);
    const long one = co_await job;
    CHECK(one == 49);
    auto [first, second] = co_await rill::gather(in.submit<&squared>(2), in.submit<&squared>(3));
    CHECK(first == 4);
    CHECK(second == 9);
    std::vector<int> numbers(50);
    std::iota(numbers.begin(), numbers.end(), 0);
    const std::vector<long> squares = co_await in.map<&squared>(numbers, 7).all();
    CHECK(squares.size() == 50);
    CHECK(squares[49] == 49 * 49);
  };
  co_await rill::with(pool, body);
  CHECK(pool.stats().workers == 0);
}

RILL_IO_TEST_CASE("leaving a pool's scope lets the loop go on", "[process][real-time]") {
  const rill::shared_value<int> state(0);
  const auto body = [state](rill::process_pool_executor& pool) -> rill::coro<> {
    const auto job = pool.submit<&hold>(state);
    while (state.load() != 1) co_await rill::sleep(1ms);
  };
  const auto leaving = [body]() -> rill::coro<> {
    co_await rill::with(rill::process_pool_executor(workers(1)), body);
  };
  const rill::task<> scope = rill::create_task(leaving);
  while (state.load() != 1) co_await rill::sleep(1ms);
  for (int turn = 0; turn < 20; ++turn) co_await rill::sleep(1ms);
  CHECK_FALSE(scope.done());
  state.store(2);
  co_await scope;
}

namespace {

/// Ends a job that holds its worker when another one has ended.
rill::coro<> let_go_behind(rill::executor_future<> other, rill::shared_value<int> held) {
  while (!other.done()) co_await rill::sleep(1ms);
  held.store(2);
}

}  // namespace

RILL_IO_TEST_CASE("a body that fails cancels what no worker has", "[process][real-time]") {
  const rill::shared_value<int> state(0);
  const rill::shared_value<int> never(0);
  const auto body = [state, never](rill::process_pool_executor& pool) -> rill::coro<> {
    const auto running = pool.submit<&hold>(state);
    const auto queued = pool.submit<&hold>(never);
    while (state.load() != 1) co_await rill::sleep(1ms);
    // Else the worker might have the second job before anybody cancels it.
    rill::create_task(let_go_behind, queued, state).detach();
    throw std::runtime_error("the body");
  };
  bool thrown = false;
  try {
    co_await rill::with(rill::process_pool_executor(workers(1)), body);
  } catch (const std::runtime_error& error) {
    thrown = std::string(error.what()) == "the body";
  }
  CHECK(thrown);
  CHECK(never.load() == 0);
}

RILL_IO_TEST_CASE("a time limit around a job returns in time, and the job goes on",
                  "[process][real-time]") {
  const rill::shared_value<int> state(0);
  rill::process_pool_executor pool(workers(1));
  const auto job = pool.submit<&hold>(state);
  while (state.load() != 1) co_await rill::sleep(1ms);
  bool late = false;
  try {
    co_await rill::wait_for(job, 5ms);
  } catch (const rill::timeout_error&) {
    late = true;
  }
  CHECK(late);
  CHECK_FALSE(job.done());
  state.store(2);
  co_await job;
  co_await pool.aclose();
}

RILL_IO_TEST_CASE("a pool that a loop destroys kills its workers instead of waiting for them",
                  "[process][real-time]") {
  const int before = rill_test::open_descriptors();
  auto state = std::make_unique<rill::shared_value<int>>(0);
  auto pool = std::make_unique<rill::process_pool_executor>(workers(1));
  auto job = pool->submit<&hold>(*state);
  while (state->load() != 1) co_await rill::sleep(1ms);
  pool.reset();
  REQUIRE(job.done());
  CHECK_THROWS_AS(job.result(), rill::broken_process_pool);
  job = {};
  state.reset();
  CHECK(rill_test::open_descriptors() == before);
}

RILL_IO_TEST_CASE("a loop refuses to wait for a pool by blocking", "[process]") {
  rill::process_pool_executor pool(workers(1));
  const auto job = pool.submit<&squared>(2);
  const auto next = pool.submit<&squared>(3);
  CHECK_THROWS_AS(pool.shutdown(true, true), rill::usage_error);
  const long other = co_await pool.submit<&squared>(4);  // it was not closed
  CHECK(other == 16);
  co_await pool.aclose();
  CHECK(job.result() == 4);
  CHECK(next.result() == 9);
}

RILL_IO_TEST_CASE("the loop goes on while a large result comes in", "[process][real-time]") {
  rill::process_pool_executor pool(workers(1));
  const auto job = pool.submit<&large>(100);
  auto longest = 0ns;
  auto before = std::chrono::steady_clock::now();
  while (!job.done()) {
    co_await rill::sleep(1ms);
    const auto now = std::chrono::steady_clock::now();
    longest = std::max<std::chrono::nanoseconds>(longest, now - before);
    before = now;
  }
  const std::vector<char>& result = co_await job;
  CHECK(result.size() == 100'000'000);
  CHECK(longest < 500ms);  // the machine may be busy
  co_await pool.aclose();
}
