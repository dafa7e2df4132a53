// SPDX-License-Identifier: BSL-1.0
//
// Primitives in the hands of two loops, of coroutines that are not rill's, gone too early, and
// awaiters awaited again.
#include <coroutine>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/sync.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/allocation_counter.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using Catch::Contains;
using rill::coro;
using rill::task;
using rill::testing::step_loop;
using rill_test::let_run;

namespace {

/// Owned by its handle, which may destroy it at any time.
class foreign {
 public:
  struct promise_type {
    foreign get_return_object() {
      return foreign(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() noexcept { error = std::current_exception(); }
    std::exception_ptr error;
  };
  foreign(foreign&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  foreign& operator=(foreign&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~foreign() {
    if (handle_) handle_.destroy();
  }
  bool done() const { return handle_.done(); }
  std::exception_ptr error() const { return handle_.promise().error; }

 private:
  explicit foreign(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

foreign acquires(rill::lock& mutex) {
  co_await mutex.acquire();
  mutex.release();
}
foreign sleeps() { co_await rill::sleep(1h); }
foreign awaits(rill::future<> awaited) { co_await awaited; }
foreign borrows(rill::capacity_limiter& limiter) { co_await limiter.acquire(); }
foreign borrows_for(rill::capacity_limiter& limiter, const void* key) {
  co_await limiter.acquire_on_behalf_of(key);
  limiter.release_on_behalf_of(key);
}

}  // namespace

TEST_CASE("a primitive of another loop is refused before anything has changed", "[misuse]") {
  step_loop one;
  step_loop other;
  const auto waits = [](rill::semaphore& permits, rill::latch& start, rill::shared_lock& table,
                        rill::capacity_limiter& workers, rill::event& flag) -> coro<> {
    co_await permits.acquire();
    co_await start.wait();
    co_await table.acquire();
    table.release();
    co_await workers.acquire();
    workers.release();
    co_await flag.wait();
  };
  rill::semaphore permits(0);
  rill::latch start(1);
  rill::shared_lock table;
  rill::capacity_limiter workers(1);
  rill::event flag;
  CHECK(table.try_acquire_shared());
  int key = 0;
  one.in_loop([&] {
    const auto takes = [](rill::capacity_limiter& all, const void* who) -> coro<> {
      co_await all.acquire_on_behalf_of(who);
    };
    rill::create_task(takes(workers, &key)).detach();
  });
  const task<> waiting = one.loop().create_task(waits(permits, start, table, workers, flag));
  const auto refused = [&](auto function) {
    other.in_loop([&] { CHECK_THROWS_WITH(function(), Contains("two event loops")); });
  };
  one.settle();
  refused([&] { permits.release(); });
  CHECK(permits.value() == 0);
  one.in_loop([&] { permits.release(); });
  refused([&] { start.count_down(); });
  CHECK_FALSE(start.try_wait());
  one.in_loop([&] { start.count_down(); });
  refused([&] { table.release_shared(); });
  CHECK(table.stats().readers == 1);
  one.in_loop([&] { table.release_shared(); });
  refused([&] { workers.release_on_behalf_of(&key); });
  refused([&] { workers.set_total(5); });
  CHECK(workers.borrowed() == 1);
  CHECK(workers.total() == 1);
  one.in_loop([&] { workers.release_on_behalf_of(&key); });
  refused([&] { flag.set(); });
  CHECK_FALSE(flag.is_set());
  one.in_loop([&] { flag.set(); });
  CHECK(waiting.done());
}

TEST_CASE("a condition whose lock belongs to another loop is refused before it waits", "[misuse]") {
  step_loop one;
  step_loop other;
  rill::lock mutex;
  rill::condition changed(mutex);
  CHECK(mutex.try_acquire());
  const auto takes = [](rill::lock& from) -> coro<> {
    co_await from.acquire();
    from.release();
  };
  const task<> next = one.loop().create_task(takes(mutex));
  one.settle();
  const auto waits = [](rill::condition& on) -> coro<> { co_await on.wait(); };
  const task<> refused = other.loop().create_task(waits(changed));
  other.settle();
  CHECK_THROWS_WITH(refused.result(), Contains("two event loops"));
  CHECK(changed.stats().waiters == 0);
  one.in_loop([&] { mutex.release(); });
  CHECK(next.done());
  CHECK_FALSE(mutex.locked());
}

TEST_CASE("what goes behind a grant is not held", "[misuse]") {
  step_loop steps;
  auto mutex = std::make_unique<rill::lock>();
  auto permits = std::make_unique<rill::semaphore>(0);
  CHECK(mutex->try_acquire());
  const auto holds = [](auto& primitive) -> coro<> {
    const auto held = co_await primitive.scoped();
  };
  const task<> one = steps.loop().create_task(holds(*mutex));
  const task<> other = steps.loop().create_task(holds(*permits));
  steps.settle();
  mutex->release();
  permits->release();
  mutex.reset();
  permits.reset();
  steps.settle();
  CHECK_THROWS_WITH(one.result(), Contains("lock"));
  CHECK_THROWS_WITH(other.result(), Contains("semaphore"));
}

RILL_TEST_CASE("awaiters of items that are awaited again work as new ones", "[misuse]") {
  rill::queue<int> items;
  items.try_put(1);
  items.try_put(2);
  items.shutdown();
  int sum = 0;
  int count = 0;
  {
    auto next = items.next();
    while (auto item = co_await next) {
      sum += *item;
      if (++count > 5) break;
    }
  }
  CHECK(sum == 3);
  CHECK(count == 2);

  auto [out, in] = rill::channel<int>(2);
  out.try_send(1);
  out.try_send(2);
  out.close();
  auto receive = in.next();
  sum = count = 0;
  while (auto item = co_await receive) {
    sum += *item;
    if (++count > 5) break;
  }
  CHECK(sum == 3);
  CHECK(count == 2);
}

RILL_TEST_CASE("awaiters of conditions and barriers that are awaited again work as new ones",
               "[misuse]") {
  rill::condition changed;
  const auto waits_twice = [](rill::condition& on) -> coro<> {
    const auto guard = co_await on.scoped();
    auto wait = on.wait();
    co_await wait;
    co_await wait;
  };
  const task<> waiting = rill::create_task(waits_twice(changed));
  co_await let_run();
  {
    const auto guard = co_await changed.scoped();
    changed.notify();
  }
  co_await let_run();
  waiting.cancel();
  co_await let_run();
  CHECK(waiting.cancelled());
  CHECK(changed.stats().waiters == 0);
  CHECK_FALSE(changed.stats().locked);

  rill::barrier meeting(2);
  const auto meets_twice = [](rill::barrier& at) -> coro<> {
    auto wait = at.wait();
    co_await wait;
    co_await wait;
  };
  const task<> one = rill::create_task(meets_twice(meeting));
  co_await let_run();
  const auto index = co_await meeting.wait();
  co_await let_run();
  one.cancel();
  co_await let_run();
  CHECK(index == 1);
  CHECK(one.cancelled());
  CHECK(meeting.waiting() == 0);
}

TEST_CASE("a coroutine that is not rill's may be destroyed while it waits", "[misuse]") {
  step_loop steps;
  rill::lock mutex;
  CHECK(mutex.try_acquire());
  std::vector<foreign> waiting;
  steps.in_loop([&] {
    waiting.push_back(acquires(mutex));
    waiting.push_back(acquires(mutex));
    waiting.push_back(sleeps());
    waiting.push_back(awaits(steps.loop().create_future<>()));
  });
  CHECK(mutex.stats().waiters == 2);
  waiting.erase(waiting.begin());  // while it waits
  CHECK(mutex.stats().waiters == 1);
  steps.in_loop([&] {
    mutex.release();                 // granted
    waiting.erase(waiting.begin());  // and destroyed before it goes on
  });
  steps.settle();
  CHECK_FALSE(mutex.locked());
  waiting.clear();
  steps.advance(2h);
}

TEST_CASE("a coroutine that is not rill's may outlive the loop in which it waits", "[misuse]") {
  rill::lock mutex;
  CHECK(mutex.try_acquire());
  std::vector<foreign> waiting;
  {
    step_loop steps;
    steps.in_loop([&] {
      waiting.push_back(acquires(mutex));
      waiting.push_back(sleeps());
    });
  }
  waiting.clear();
  CHECK(mutex.stats().waiters == 0);
}

TEST_CASE("a limiter wants to know for whom a coroutine asks that is not rill's", "[misuse]") {
  step_loop steps;
  rill::capacity_limiter workers(1);
  int key = 0;
  std::vector<foreign> asking;
  steps.in_loop([&] {
    asking.push_back(borrows(workers));
    asking.push_back(borrows_for(workers, &key));
  });
  REQUIRE(asking[0].done());
  CHECK_THROWS_WITH(std::rethrow_exception(asking[0].error()), Contains("on behalf of"));
  CHECK(asking[1].done());
  CHECK(workers.borrowed() == 0);
}

RILL_TEST_CASE("a limiter does not keep the failure of its borrower from being reported",
               "[misuse]") {
  rill::capacity_limiter workers(1);
  const auto fails = [](rill::capacity_limiter& all) -> coro<> {
    co_await all.acquire();
    throw std::runtime_error("failed with a token");
  };
  rill::create_task(fails(workers), {.name = "careless"}).detach();
  co_await let_run();
  const std::vector<std::string> reports = rill::testing::take_reports();
  REQUIRE(reports.size() == 1);
  CHECK_THAT(reports[0], Contains("failed with a token"));
  CHECK(workers.stats().borrowers == std::vector<std::string>{"careless"});
}

TEST_CASE("for want of memory an item stays where it is", "[misuse]") {
  if (!rill_test::counts_allocations()) return;
  rill::queue<std::unique_ptr<int>> items;
  rill::priority_queue<std::unique_ptr<int>> sorted;
  rill::lifo_queue<std::unique_ptr<int>> stacked;
  const auto refuses = [](auto& queue) {
    auto item = std::make_unique<int>(1);
    bool failed = false;
    try {
      const rill_test::failing_allocation next(0);
      queue.try_put(std::move(item));
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    return failed && item != nullptr && queue.empty();
  };
  CHECK(refuses(items));
  CHECK(refuses(sorted));
  CHECK(refuses(stacked));
}

TEST_CASE("the second loop is noticed while the first one's task has been granted", "[misuse]") {
  step_loop one;
  step_loop other;
  rill::semaphore permits(0);
  const auto takes = [](rill::semaphore& from) -> coro<> { co_await from.acquire(); };
  const task<> mine = one.loop().create_task(takes(permits));
  one.settle();
  permits.release(2);
  const task<> theirs = other.loop().create_task(takes(permits));
  other.settle();
  CHECK_THROWS_WITH(theirs.result(), Contains("two event loops"));
  one.settle();
  mine.result();
  CHECK(permits.value() == 1);
}

RILL_TEST_CASE("a condition may go while those it has notified wait for a shared lock",
               "[misuse]") {
  rill::lock mutex;
  auto changed = std::make_unique<rill::condition>(mutex);
  const auto waits = [](rill::condition& on) -> coro<> {
    const auto guard = co_await on.scoped();
    co_await on.wait();
  };
  const task<> one = rill::create_task(waits(*changed));
  const task<> other = rill::create_task(waits(*changed));
  co_await let_run();
  {
    const auto guard = co_await changed->scoped();
    changed->notify_all();
    changed.reset();
    one.cancel();
  }
  co_await let_run();
  CHECK(one.cancelled());
  CHECK(other.done());
  CHECK_FALSE(other.cancelled());
  CHECK_FALSE(mutex.locked());
}
