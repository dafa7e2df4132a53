// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/from_thread.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "rill/core/yield.hpp"
#include "rill/exec/run_in_executor.hpp"
#include "rill/exec/thread_pool_executor.hpp"
#include "rill/exec/to_thread.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"
#include "support/thread_gate.hpp"

using namespace std::chrono_literals;
using rill::thread_pool_executor;
using rill_test::thread_gate;

namespace from_thread = rill::from_thread;

namespace {

rill::coro<std::string> greet(std::string name) {
  co_await rill::yield();
  co_return "hello " + name;
}

rill::coro<> fail() {
  co_await rill::yield();
  throw std::runtime_error("failed");
}

std::string ask(const std::string& name) { return from_thread::run(greet, name) + "!"; }

class inline_executor final : public rill::executor {
 public:
  void execute(rill::job work) override { work.run(); }
};

template <class T>
rill::coro<T> value_of(rill::future<T> job) {
  co_return co_await std::move(job);
}

}  // namespace

RILL_IO_TEST_CASE("a thread has its loop run a coroutine", "[from_thread]") {
  const std::string answer = co_await rill::to_thread(ask, "you");
  CHECK(answer == "hello you!");
}

RILL_IO_TEST_CASE("the coroutine runs in the loop's thread", "[from_thread]") {
  const std::thread::id here = std::this_thread::get_id();
  const auto where = [] { return from_thread::call([] { return std::this_thread::get_id(); }); };
  const std::thread::id there = co_await rill::to_thread(where);
  CHECK(there == here);
}

RILL_IO_TEST_CASE("its errors come to the thread", "[from_thread]") {
  const auto call = [] { from_thread::run(fail); };
  co_await rill_test::must_throw<std::runtime_error>(value_of(rill::to_thread(call)));
  const auto plain = [] { from_thread::call([] { throw 7; }); };
  co_await rill_test::must_throw<int>(value_of(rill::to_thread(plain)));
}

RILL_IO_TEST_CASE("a job that is awaited by its executor_future may call, too", "[from_thread]") {
  thread_gate gate;
  thread_pool_executor pool(1);
  rill::executor_future<std::string> job = pool.submit([&gate] {
    gate.pass();
    return ask("pool");
  });
  const auto open = [&gate]() -> rill::coro<> {
    gate.open();
    co_return;
  };
  const rill::task<> later = rill::create_task(open);
  const std::string answer = co_await std::move(job);
  CHECK(answer == "hello pool!");
  co_await pool.aclose();
}

TEST_CASE("a thread that no loop has asked is told so", "[from_thread]") {
  CHECK_THROWS_AS(ask("you"), rill::usage_error);
  thread_pool_executor pool(1);
  const auto job = pool.submit(ask, "you");
  CHECK_THROWS_WITH(job.result(), Catch::Contains("no event loop waits for the job"));
}

RILL_IO_TEST_CASE("the loop's own thread is refused", "[from_thread]") {
  inline_executor here;
  co_await rill_test::must_throw<rill::usage_error>(
      value_of(rill::run_in_executor(here, ask, "you")));
}

RILL_REACTOR_TEST_CASE("a loop that was closed is not called", "[from_thread]") {
  thread_gate gate;
  thread_pool_executor pool(1);
  std::string told;
  {
    rill::event_loop loop(rill_test::backend_options());
    const auto main = [&]() -> rill::coro<> {
      const rill::future<> left = rill::run_in_executor(pool, [&gate, &told] {
        gate.pass();
        try {
          static_cast<void>(ask("you"));
        } catch (const rill::usage_error& error) {
          told = error.what();
        }
      });
      gate.wait_for(1);
      co_return;
    };
    loop.run_until_complete(main());
  }
  gate.open();
  pool.shutdown();
  CHECK(told.find("was closed") != std::string::npos);
}

RILL_REACTOR_TEST_CASE("a call that the loop's end overtakes is cancelled", "[from_thread]") {
  thread_pool_executor pool(1);
  std::string told;
  {
    rill::event_loop loop(rill_test::backend_options());
    const auto main = [&pool, &told]() -> rill::coro<> {
      const rill::future<> left = rill::run_in_executor(pool, [&told] {
        try {
          from_thread::run([]() -> rill::coro<> { co_await rill::sleep(1h); });
        } catch (const rill::cancelled_error& error) {
          told = error.reason();
        }
      });
      const auto tasks = [] { return rill::event_loop::running().all_tasks().size(); };
      while (tasks() < 2) co_await rill::yield();
    };
    loop.run_until_complete(main());
  }
  pool.shutdown();
  CHECK(told == "the event loop was closed");
}
