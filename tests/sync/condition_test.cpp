// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/sync/condition.hpp"

#include <deque>
#include <string>

#include "rill/combinators/wait_for.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using rill::condition;
using rill::coro;
using rill::create_task;
using rill::lock;
using rill::task;
using rill_test::let_run;

namespace {

coro<> waits(condition& changed, std::string& log, char name) {
  const auto guard = co_await changed.scoped();
  co_await changed.wait();
  CHECK(changed.locked());
  log += name;
}

/// Says how its wait has ended, and whether it had the lock then.
coro<> witness(condition& changed, std::string& log) {
  co_await changed.acquire();
  try {
    co_await changed.wait();
    log += "notified";
  } catch (const rill::cancelled_error& error) {
    log += "cancelled " + std::string(error.reason());
  }
  log += changed.locked() ? ", locked " : ", free ";
  changed.release();
}

coro<> notify(condition& changed, std::size_t count) {
  const auto guard = co_await changed.scoped();
  changed.notify(count);
}

}  // namespace

RILL_TEST_CASE("notified, they come out one at a time with the lock [7]", "[condition]") {
  condition changed;
  std::string log;
  const task<> a = create_task(waits(changed, log, 'a'));
  const task<> b = create_task(waits(changed, log, 'b'));
  const task<> c = create_task(waits(changed, log, 'c'));
  co_await let_run();
  CHECK(!changed.locked());
  CHECK(changed.stats().waiters == 3);
  co_await notify(changed, 1);
  co_await let_run();
  CHECK(log == "a");
  {
    const auto guard = co_await changed.scoped();
    changed.notify_all();
    co_await let_run();
    CHECK(log == "a");  // they wait for the lock
    CHECK(changed.stats().waiters == 0);
  }
  co_await let_run();
  CHECK(log == "abc");
  CHECK(!changed.locked());
}

RILL_TEST_CASE("a cancelled wait ends with the lock, and no waiter is left [8]", "[condition]") {
  condition changed;
  std::string log;
  const task<> one = create_task(witness(changed, log));
  co_await let_run();
  one.cancel("enough");
  co_await let_run();
  CHECK(log == "cancelled enough, locked ");
  CHECK(changed.stats().waiters == 0);
  CHECK(!changed.locked());
}

RILL_TEST_CASE("cancelled while another has the lock, it has it before it goes on [9]",
               "[condition]") {
  for (const bool notified : {false, true}) {
    condition changed;
    std::string log;
    const task<> one = create_task(witness(changed, log));
    co_await let_run();
    co_await changed.acquire();
    if (notified) changed.notify();
    one.cancel("enough");
    co_await let_run();
    CHECK(log.empty());
    CHECK(changed.locked());
    changed.release();
    co_await let_run();
    CHECK(log == "cancelled enough, locked ");
    CHECK(!changed.locked());
  }
}

RILL_TEST_CASE("cancelled twice while it waits for the lock, with the latest reason",
               "[condition]") {
  condition changed;
  std::string log;
  const task<> one = create_task(witness(changed, log));
  co_await let_run();
  co_await changed.acquire();
  one.cancel("first");
  co_await let_run();
  one.cancel("second");
  co_await let_run();
  CHECK(log.empty());
  changed.release();
  co_await let_run();
  CHECK(log == "cancelled second, locked ");
}

RILL_TEST_CASE("notified, then cancelled while it locks: it leaves with that reason [10]",
               "[condition]") {
  condition changed;
  bool ready = false;
  const auto waits_for = [](condition& own, bool& flag) -> coro<> {
    const auto guard = co_await own.scoped();
    co_await own.wait_for([&flag] { return flag; });
  };
  const task<> one = create_task(waits_for(changed, ready));
  co_await let_run();
  co_await changed.acquire();
  ready = true;
  changed.notify();
  one.cancel("on purpose");
  changed.release();
  std::string reason;
  try {
    co_await one;
  } catch (const rill::cancelled_error& error) {
    reason = error.reason();
  }
  CHECK(reason == "on purpose");
  CHECK(!changed.locked());
}

RILL_TEST_CASE("one consumer notified and cancelled in one step: the other takes the item [11]",
               "[condition]") {
  condition changed;
  std::deque<int> items;
  const auto consumes = [](condition& own, std::deque<int>& from) -> coro<int> {
    const auto guard = co_await own.scoped();
    co_await own.wait_for([&from] { return !from.empty(); });
    const int item = from.front();
    from.pop_front();
    co_return item;
  };
  const task<int> first = create_task(consumes(changed, items));
  const task<int> second = create_task(consumes(changed, items));
  co_await let_run();
  {
    const auto guard = co_await changed.scoped();
    items.push_back(7);
    changed.notify();
    first.cancel();
  }
  co_await let_run();
  CHECK(first.cancelled());
  REQUIRE(second.done());
  CHECK(second.result() == 7);
}

RILL_TEST_CASE("without the lock there is no notifying and no waiting [12]", "[condition]") {
  condition changed;
  CHECK_THROWS_AS(changed.notify(), rill::usage_error);
  CHECK_THROWS_AS(changed.notify_all(), rill::usage_error);
  bool refused = false;
  try {
    co_await changed.wait();
  } catch (const rill::usage_error&) {
    refused = true;
  }
  CHECK(refused);
  refused = false;
  try {
    co_await changed.wait_for([] { return true; });
  } catch (const rill::usage_error&) {
    refused = true;
  }
  CHECK(refused);
}

RILL_TEST_CASE("conditions share a lock, and wake only their own", "[condition]") {
  lock mutex;
  condition full(mutex);
  condition empty(mutex);
  std::string log;
  const task<> a = create_task(waits(full, log, 'f'));
  const task<> b = create_task(waits(empty, log, 'e'));
  co_await let_run();
  co_await notify(empty, 5);
  co_await let_run();
  CHECK(log == "e");
  co_await notify(full, 5);
  co_await let_run();
  CHECK(log == "ef");
}

RILL_TEST_CASE("a predicate that holds at once needs no wait; what it gives is given",
               "[condition]") {
  condition changed;
  const auto guard = co_await changed.scoped();
  const std::string found = "found";
  const std::string* const here = co_await changed.wait_for([&found] { return &found; });
  CHECK(here == &found);
}

RILL_TEST_CASE("a wait with a limit ends with the lock", "[condition]") {
  condition changed;
  bool late = false;
  {
    const auto guard = co_await changed.scoped();
    try {
      co_await rill::wait_for(changed.wait(), 1s);
    } catch (const rill::timeout_error&) {
      late = true;
    }
    CHECK(changed.locked());
  }
  CHECK(late);
  CHECK(!changed.locked());
  CHECK(rill::loop_clock::now() == rill::time_point(1s));
}

TEST_CASE("a loop that ends with tasks in a condition, with guards and without", "[condition]") {
  lock mutex;
  condition changed(mutex);
  std::string log;
  for (const bool notified : {false, true}) {
    rill::testing::step_loop steps;
    const auto holds = [](lock& own) -> coro<> {
      const auto guard = co_await own.scoped();
      co_await rill::sleep(1h);
    };
    const task<> a = steps.loop().create_task(waits(changed, log, 'a'));
    const task<> b = steps.loop().create_task(waits(changed, log, 'b'));
    steps.settle();
    const task<> c = steps.loop().create_task(holds(mutex));
    steps.settle();
    CHECK(mutex.locked());
    if (notified) changed.notify_all();
  }
  CHECK(!mutex.locked());
  {
    rill::testing::step_loop steps;
    const auto bare = [](condition& own) -> coro<> {
      co_await own.acquire();
      co_await own.wait();
      own.release();
    };
    const task<> one = steps.loop().create_task(bare(changed));
    steps.settle();
  }
  CHECK(!mutex.locked());
  CHECK(mutex.try_acquire());
  mutex.release();
  CHECK(!mutex.locked());
  CHECK(log.empty());
}
