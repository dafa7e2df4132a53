// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/sync/lock.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "rill/combinators/gather.hpp"
#include "rill/combinators/shield.hpp"
#include "rill/combinators/wait_for.hpp"
#include "rill/core/call_graph.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::lock;
using rill::task;
using rill_test::let_run;

namespace {

/// Takes the lock, says so, and keeps it.
coro<> takes(lock& mutex, std::string& log, char name) {
  co_await mutex.acquire();
  log += name;
}

}  // namespace

RILL_TEST_CASE("each release lets one through, in the order of arrival [1]", "[lock]") {
  lock mutex;
  std::string log;
  co_await mutex.acquire();
  const task<> a = create_task(takes(mutex, log, 'a'));
  const task<> b = create_task(takes(mutex, log, 'b'));
  co_await let_run();
  CHECK(log.empty());
  CHECK(mutex.stats().waiters == 2);
  mutex.release();
  const task<> c = create_task(takes(mutex, log, 'c'));
  co_await let_run();
  CHECK(log == "a");
  CHECK(mutex.locked());
  mutex.release();
  co_await let_run();
  CHECK(log == "ab");
  mutex.release();
  co_await let_run();
  CHECK(log == "abc");
  mutex.release();
  CHECK(!mutex.locked());
}

RILL_TEST_CASE("a cancelled wait leaves no waiter behind [2]", "[lock]") {
  lock mutex;
  std::string log;
  co_await mutex.acquire();
  const task<> waiting = create_task(takes(mutex, log, 'a'));
  co_await let_run();
  waiting.cancel();
  CHECK(mutex.stats().waiters == 0);
  co_await let_run();
  CHECK(waiting.cancelled());
  mutex.release();
  CHECK(!mutex.locked());
  bool late = false;
  const rill::held<lock> guard = mutex.try_scoped();
  CHECK(guard);
  try {
    co_await rill::wait_for(mutex.acquire(), 1s);
  } catch (const rill::timeout_error&) {
    late = true;
  }
  CHECK(late);
  CHECK(mutex.stats().waiters == 0);
}

RILL_TEST_CASE("the holder about to release, a waiter cancelled: the next gets it [3]", "[lock]") {
  lock mutex;
  std::string log;
  const rill::future<> go = rill::create_future<>();
  const auto holds = [](lock& own, rill::future<> when) -> coro<> {
    const auto guard = co_await own.scoped();
    co_await when;
  };
  const task<> a = create_task(holds(mutex, go));
  co_await let_run();
  const task<> b = create_task(takes(mutex, log, 'b'));
  const task<> c = create_task(takes(mutex, log, 'c'));
  co_await let_run();
  go.set_result();
  b.cancel();
  co_await let_run();
  CHECK(b.cancelled());
  CHECK(c.done());
  CHECK(log == "c");
}

RILL_TEST_CASE("a waiter cancelled and the lock released in one step: who comes gets it [4]",
               "[lock]") {
  lock mutex;
  std::string log;
  co_await mutex.acquire();
  const task<> b = create_task(takes(mutex, log, 'b'));
  co_await let_run();
  const task<> c = create_task(takes(mutex, log, 'c'));
  b.cancel();
  mutex.release();
  co_await let_run();
  CHECK(b.cancelled());
  CHECK(log == "c");
}

RILL_TEST_CASE("a lock that was handed over is kept, the cancellation strikes later", "[lock]") {
  lock mutex;
  std::string log;
  co_await mutex.acquire();
  const auto holds = [](lock& own, std::string& to) -> coro<> {
    const auto guard = co_await own.scoped();
    to += "got ";
    co_await rill::sleep(1s);
    to += "not reached";
  };
  const task<> waiting = create_task(holds(mutex, log));
  co_await let_run();
  mutex.release();
  waiting.cancel();
  co_await let_run();
  CHECK(log == "got ");
  CHECK(waiting.cancelled());
  CHECK(!mutex.locked());
}

RILL_TEST_CASE("a free lock is not released [5]", "[lock]") {
  lock mutex;
  CHECK_THROWS_AS(mutex.release(), rill::usage_error);
  co_await mutex.acquire();
  mutex.release();
  CHECK_THROWS_AS(mutex.release(), rill::usage_error);
}

RILL_TEST_CASE("who does not wait takes what is free", "[lock]") {
  lock mutex;
  CHECK(mutex.try_acquire());
  CHECK(!mutex.try_acquire());
  CHECK(!mutex.try_scoped());
  mutex.release();
  {
    const rill::held<lock> guard = mutex.try_scoped();
    CHECK(guard);
    CHECK(mutex.stats().locked);
  }
  CHECK(!mutex.locked());
  co_return;
}

RILL_TEST_CASE("an update of shared state loses nothing", "[lock]") {
  lock mutex;
  int count = 0;
  const auto add = [](lock& own, int& to) -> coro<> {
    for (int i = 0; i < 10; ++i) {
      const auto guard = co_await own.scoped();
      const int before = to;
      co_await rill::yield();
      to = before + 1;
    }
  };
  std::vector<coro<>> all;
  for (int i = 0; i < 100; ++i) all.push_back(add(mutex, count));
  co_await rill::gather(std::move(all));
  CHECK(count == 1'000);
}

RILL_TEST_CASE("destroyed under its waiters, they are told", "[lock]") {
  auto mutex = std::make_unique<lock>();
  std::string log;
  co_await mutex->acquire();
  const task<> waiting = create_task(takes(*mutex, log, 'a'));
  co_await let_run();
  mutex.reset();
  std::string what;
  try {
    co_await waiting;
  } catch (const rill::usage_error& error) {
    what = error.what();
  }
  CHECK(what.find("this lock was destroyed") != std::string::npos);
}

TEST_CASE("a lock of two loops", "[lock]") {
  lock mutex;
  std::string log;
  rill::testing::step_loop here;
  rill::testing::step_loop there;
  CHECK(mutex.try_acquire());
  const task<> first = here.loop().create_task(takes(mutex, log, 'a'));
  here.settle();
  const task<> second = there.loop().create_task(takes(mutex, log, 'b'));
  there.settle();
  REQUIRE(second.done());
  CHECK_THROWS_AS(second.result(), rill::usage_error);
  const auto releases = [](lock& own) -> coro<> {
    own.release();
    co_return;
  };
  const task<> third = there.loop().create_task(releases(mutex));
  there.settle();
  CHECK_THROWS_AS(third.result(), rill::usage_error);
  CHECK(!first.done());
  mutex.release();
  here.settle();
  CHECK(log == "a");
}

TEST_CASE("a loop that ends gives back what was handed over and not taken", "[lock]") {
  lock mutex;
  std::string log;
  {
    rill::testing::step_loop steps;
    CHECK(mutex.try_acquire());
    const task<> waiting = steps.loop().create_task(takes(mutex, log, 'a'));
    steps.settle();
    mutex.release();
    CHECK(mutex.locked());
  }
  CHECK(!mutex.locked());
  CHECK(log.empty());
}

TEST_CASE("a lock that dies with the loop before those who wait for it", "[lock]") {
  rill::testing::step_loop steps;
  lock* shared = nullptr;
  const auto waits = [&shared]() -> coro<> {
    co_await rill::yield();
    co_await rill::shield(shared->acquire());
  };
  const auto owns = [&shared]() -> coro<> {
    lock own;
    shared = &own;
    co_await own.acquire();
    co_await rill::sleep(1h);
  };
  const task<> older = steps.loop().create_task(waits());
  const task<> newer = steps.loop().create_task(owns());
  steps.settle();
  CHECK(!older.done());
  steps.loop().close();
  CHECK(older.cancelled());
}

RILL_TEST_CASE("a call graph names it", "[lock]") {
  lock mutex;
  std::string log;
  co_await mutex.acquire();
  const task<> waiting = create_task(takes(mutex, log, 'a'));
  co_await let_run();
  const std::string graph = rill::format_call_graph(waiting);
  CHECK(graph.find("awaits lock at ") != std::string::npos);
  waiting.cancel();
}
