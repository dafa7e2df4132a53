// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/run_in_executor.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "rill/combinators/wait_for.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/exec/thread_pool_executor.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/runner.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"
#include "support/thread_gate.hpp"

using namespace std::chrono_literals;
using rill::future;
using rill::run_in_executor;
using rill::thread_pool_executor;
using rill_test::thread_gate;

namespace {

int add(int a, int b) { return a + b; }

class inline_executor final : public rill::executor {
 public:
  void execute(rill::job work) override { work.run(); }
};

// Not every executor can be a loop's own.
static_assert(!std::is_convertible_v<inline_executor*, rill::default_executor*>);
static_assert(std::is_convertible_v<thread_pool_executor*, rill::default_executor*>);

template <class T>
rill::coro<T> value_of(future<T> job) {
  co_return co_await std::move(job);
}

rill::coro<> use_default() {
  const int sum = co_await run_in_executor(add, 1, 1);
  CHECK(sum == 2);
}

}  // namespace

RILL_IO_TEST_CASE("a job begins at the call, not at the await", "[run_in_executor]") {
  thread_gate gate;
  thread_pool_executor pool(1);
  const future<int> job = run_in_executor(pool, [&gate] {
    gate.pass();
    return 5;
  });
  gate.wait_for(1);
  CHECK(!job.done());
  gate.open();
  const int value = co_await job;
  CHECK(value == 5);
  co_await pool.aclose();
}

RILL_IO_TEST_CASE("errors of any type travel", "[run_in_executor]") {
  thread_pool_executor pool(1);
  const auto fail = [] { throw std::out_of_range("far"); };
  co_await rill_test::must_throw<std::out_of_range>(value_of(run_in_executor(pool, fail)));
  const auto odd = []() -> int { throw 7; };
  co_await rill_test::must_throw<int>(value_of(run_in_executor(pool, odd)));
  co_await pool.aclose();
}

RILL_IO_TEST_CASE("references and move-only values come through", "[run_in_executor]") {
  thread_pool_executor pool(1);
  int seven = 7;
  const auto refer = [&seven]() -> int& { return seven; };
  int& same = co_await run_in_executor(pool, refer);
  CHECK(&same == &seven);
  const auto make = [] { return std::make_unique<int>(8); };
  const std::unique_ptr<int> made = co_await run_in_executor(pool, make);
  CHECK(*made == 8);
  co_await pool.aclose();
}

RILL_IO_TEST_CASE("cancelling takes a queued job back, and leaves a running one",
                  "[run_in_executor]") {
  thread_gate gate;
  thread_pool_executor pool(1);
  std::atomic<bool> ended = false;
  std::atomic<bool> begun = false;
  const future<> running = run_in_executor(pool, [&gate, &ended] {
    gate.pass();
    ended = true;
  });
  gate.wait_for(1);
  const future<> queued = run_in_executor(pool, [&begun] { begun = true; });
  CHECK(queued.cancel());
  CHECK(running.cancel());
  co_await rill::yield();
  CHECK(queued.cancelled());
  CHECK(running.cancelled());
  gate.open();
  co_await pool.aclose();
  CHECK(ended);
  CHECK(!begun);
}

RILL_IO_TEST_CASE("a running job is asked to stop", "[run_in_executor]") {
  thread_gate gate;
  thread_pool_executor pool(1);
  gate.open();
  const auto until_stopped = [&gate](const std::stop_token& stop) {
    gate.pass();
    while (!stop.stop_requested()) std::this_thread::yield();
  };
  const future<> job = run_in_executor(pool, until_stopped);
  gate.wait_for(1);
  job.cancel();
  co_await pool.aclose();
  CHECK(job.cancelled());
}

RILL_IO_TEST_CASE("a limit returns on time while the job runs on", "[run_in_executor][real-time]") {
  thread_gate gate;
  thread_pool_executor pool(1);
  const future<> slow = run_in_executor(pool, [&gate] { gate.pass(); });
  gate.wait_for(1);
  const auto limited = [&slow]() -> rill::coro<> { co_await rill::wait_for(slow, 5ms); };
  co_await rill_test::must_throw<rill::timeout_error>(limited());
  gate.open();
  co_await pool.aclose();
}

RILL_IO_TEST_CASE("an executor may run its jobs in place", "[run_in_executor]") {
  inline_executor here;
  const int sum = co_await run_in_executor(here, add, 2, 2);
  CHECK(sum == 4);
}

RILL_IO_TEST_CASE("an executor that refuses is heard at the call", "[run_in_executor]") {
  thread_pool_executor pool(1);
  pool.shutdown(false);
  CHECK_THROWS_AS(run_in_executor(pool, add, 1, 1), rill::executor_shut_down);
  co_return;
}

RILL_IO_TEST_CASE("the default executor is made at its first use and used again",
                  "[run_in_executor]") {
  rill::event_loop& loop = rill::event_loop::running();
  CHECK(loop.get_default_executor() == nullptr);
  co_await use_default();
  const std::shared_ptr<rill::default_executor> made = loop.get_default_executor();
  CHECK(made != nullptr);
  co_await use_default();
  CHECK(loop.get_default_executor() == made);
  co_await loop.shutdown_default_executor();
  CHECK_THROWS_AS(run_in_executor(add, 1, 1), rill::usage_error);
  CHECK_THROWS_AS(loop.set_default_executor(made), rill::usage_error);
}

RILL_IO_TEST_CASE("a pool can be made the default", "[run_in_executor]") {
  rill::event_loop& loop = rill::event_loop::running();
  const auto pool = std::make_shared<thread_pool_executor>(1);
  loop.set_default_executor(pool);
  co_await use_default();
  CHECK(pool->stats().threads == 1);
}

RILL_REACTOR_TEST_CASE("run waits for the jobs of the default executor", "[run_in_executor]") {
  std::atomic<bool> ended = false;
  const auto main = [&ended]() -> rill::coro<> {
    const future<> left = run_in_executor([&ended] {
      std::this_thread::sleep_for(5ms);
      ended = true;
    });
    co_return;
  };
  rill::run(main(), rill_test::backend_options());
  CHECK(ended);
}

RILL_REACTOR_TEST_CASE("a job whose loop was closed ends unheard", "[run_in_executor]") {
  thread_gate gate;
  thread_pool_executor pool(1);
  std::atomic<bool> ended = false;
  {
    rill::event_loop loop(rill_test::backend_options());
    const auto main = [&]() -> rill::coro<> {
      const future<int> left = run_in_executor(pool, [&gate, &ended] {
        gate.pass();
        ended = true;
        return 1;
      });
      gate.wait_for(1);
      co_return;
    };
    loop.run_until_complete(main());
    loop.close();
  }
  gate.open();
  pool.shutdown();
  CHECK(ended);
}

RILL_REACTOR_TEST_CASE("a default executor that does not end is told of", "[run_in_executor]") {
  std::vector<std::string> told;
  const auto gate = std::make_shared<thread_gate>();
  rill::event_loop loop(rill_test::backend_options());
  loop.set_exception_handler([&told](rill::event_loop&, const rill::exception_context& context) {
    told.emplace_back(context.message);
  });
  const auto main = [&]() -> rill::coro<> {
    const future<> left = run_in_executor([gate] { gate->pass(); });
    gate->wait_for(1);
    co_await loop.shutdown_default_executor(1ms);
    left.cancel();
  };
  loop.run_until_complete(main());
  loop.close();
  REQUIRE(told.size() == 1);
  CHECK(told[0].find("jobs that do not end") != std::string::npos);
  gate->open();
}
