// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/threadsafe_queue.hpp"

#include <coroutine>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/combinators/gather.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/runner.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"
#include "support/thread_at_work.hpp"
#include "sync/party_watch.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::task;
using rill::threadsafe_queue;
using rill_test::getters_of;
using rill_test::let_run;
using rill_test::putters_of;
using rill_test::thread_at_work;
using rill_test::wait_until;

namespace {

coro<int> gets(threadsafe_queue<int>& from) { co_return co_await from.get(); }
coro<> puts(threadsafe_queue<int>& to, int item) { co_await to.put(item); }
coro<> joins(threadsafe_queue<int>& all) { co_await all.join(); }

coro<std::vector<int>> gets_all(threadsafe_queue<int>& from) {
  std::vector<int> got;
  while (auto item = co_await from.next()) {
    got.push_back(*item);
    from.task_done();
  }
  co_return got;
}
coro<> puts_all(threadsafe_queue<int>& to, int count) {
  for (int i = 0; i < count; ++i) co_await to.put(i);
  to.shutdown();
}
std::vector<int> up_to(int count) {
  std::vector<int> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(i);
  return numbers;
}

}  // namespace

RILL_TEST_CASE("items come out in order, each once, and tasks that put wait",
               "[threadsafe_queue]") {
  threadsafe_queue<int> items(2);
  auto [nothing, got] = co_await rill::gather(puts_all(items, 500), gets_all(items));
  static_cast<void>(nothing);
  CHECK(got == up_to(500));
  co_await items.join();
  CHECK(items.stats().unfinished == 0);
}

RILL_TEST_CASE("a thread feeds a task, on a virtual clock too", "[threadsafe_queue]") {
  threadsafe_queue<int> items(3);
  const thread_at_work feeder([&items] {
    for (int i = 0; i < 5'000; ++i) items.put_blocking(i);
    items.shutdown();
  });
  const std::vector<int> got = co_await gets_all(items);
  CHECK(got == up_to(5'000));
}

RILL_TEST_CASE("a task feeds a thread", "[threadsafe_queue]") {
  threadsafe_queue<int> items(3);
  std::vector<int> got;
  {
    const thread_at_work eater([&] {
      while (auto item = items.next_blocking()) {
        got.push_back(*item);
        items.task_done();
      }
    });
    co_await puts_all(items, 5'000);
    co_await items.join();
  }
  CHECK(got == up_to(5'000));
}

TEST_CASE("a loop feeds another", "[threadsafe_queue]") {
  threadsafe_queue<int> items(3);
  const thread_at_work feeder([&items] { rill::run(puts_all(items, 5'000)); });
  CHECK(rill::run(gets_all(items)) == up_to(5'000));
}

TEST_CASE("a thread feeds a thread", "[threadsafe_queue]") {
  threadsafe_queue<int> items(3);
  const thread_at_work feeder([&items] {
    for (int i = 0; i < 5'000; ++i) items.put_blocking(i);
    items.join_blocking();
    items.shutdown();
  });
  std::vector<int> got;
  while (auto item = items.next_blocking()) {
    got.push_back(*item);
    items.task_done();
  }
  CHECK(got == up_to(5'000));
}

RILL_TEST_CASE("tasks and threads that get are served in the order of their coming",
               "[threadsafe_queue]") {
  threadsafe_queue<int> items;
  int by_thread = 0;
  const task<int> first = create_task(gets(items));
  co_await let_run();
  {
    const thread_at_work second([&] { by_thread = items.get_blocking(); });
    wait_until([&] { return getters_of(items) == 2; });
    const task<int> third = create_task(gets(items));
    co_await let_run();
    for (int i = 1; i <= 3; ++i) CHECK(items.try_put(i));
    CHECK(items.empty());
    co_await let_run();
    CHECK(first.result() == 1);
    CHECK(third.result() == 3);
  }
  CHECK(by_thread == 2);
}

RILL_TEST_CASE("tasks and threads that put are served in the order of their coming",
               "[threadsafe_queue]") {
  threadsafe_queue<int> items(1);
  co_await items.put(0);
  const task<> first = create_task(puts(items, 1));
  co_await let_run();
  const thread_at_work second([&] { items.put_blocking(2); });
  wait_until([&] { return putters_of(items) == 2; });
  const task<> third = create_task(puts(items, 3));
  co_await let_run();
  CHECK(!items.try_put(9));
  // The room is given to the first who waits, so nobody gets in between.
  for (int i = 0; i < 3; ++i) {
    CHECK(items.try_get() == i);
    CHECK(items.full());
    CHECK(!items.try_put(9));
  }
  CHECK(items.try_get() == 3);
  CHECK(items.try_get() == std::nullopt);
  co_await let_run();
  CHECK(first.done());
  CHECK(third.done());
}

RILL_TEST_CASE("a task that finds items all the time lets others run", "[threadsafe_queue]") {
  threadsafe_queue<int> items;
  for (int i = 0; i < 1'000; ++i) CHECK(items.try_put(i));
  items.shutdown();
  const task<std::vector<int>> busy = create_task(gets_all(items));
  int turns = 0;
  while (!busy.done()) {
    ++turns;
    co_await rill::yield();
  }
  CHECK(turns > 10);
  CHECK(busy.result() == up_to(1'000));
}

RILL_TEST_CASE("a wait that is over leaves no external work", "[threadsafe_queue]") {
  threadsafe_queue<int> items(1);
  const task<int> served = create_task(gets(items));
  const task<int> cancelled = create_task(gets(items));
  co_await let_run();
  cancelled.cancel();
  CHECK(items.try_put(1));
  co_await let_run();
  CHECK(served.result() == 1);
  // A virtual clock that still took a thread to be at work would not jump.
  co_await rill::sleep(1h);
  CHECK(items.stats().getters == 0);
}

RILL_TEST_CASE("what blocks is refused where a loop runs", "[threadsafe_queue]") {
  threadsafe_queue<int> items(1);
  CHECK_THROWS_AS(items.put_blocking(1), rill::usage_error);
  CHECK_THROWS_AS(items.get_blocking(), rill::usage_error);
  CHECK_THROWS_AS(items.next_blocking(), rill::usage_error);
  CHECK_THROWS_AS(items.join_blocking(), rill::usage_error);
  CHECK_THROWS_AS(items.try_put_for(1, 1ms), rill::usage_error);
  CHECK_THROWS_AS(items.try_get_for(1ms), rill::usage_error);
  CHECK_THROWS_AS(items.try_join_for(1ms), rill::usage_error);
  CHECK(items.empty());
  std::string advice;
  try {
    items.get_blocking();
  } catch (const rill::usage_error& error) {
    advice = error.what();
  }
  CHECK(advice.find("co_await get()") != std::string::npos);
  co_return;
}

TEST_CASE("what blocks for a time gives up and leaves nobody waiting", "[threadsafe_queue]") {
  threadsafe_queue<std::unique_ptr<int>> items(1);
  CHECK(items.try_get_for(1ms) == std::nullopt);
  CHECK(items.try_get_for(-1h) == std::nullopt);
  auto one = std::make_unique<int>(1);
  auto two = std::make_unique<int>(2);
  CHECK(items.try_put_for(std::move(one), 0ms));
  CHECK(!items.try_put_for(std::move(two), 1ms));
  REQUIRE(two != nullptr);  // NOLINT: not moved from
  CHECK(!items.try_join_for(1ms));
  const auto out = items.try_get_for(std::chrono::hours::max());
  REQUIRE(out.has_value());
  CHECK(**out == 1);
  items.task_done();
  CHECK(items.try_join_for(1.5s));
  CHECK(items.stats().getters == 0);
  CHECK(items.stats().putters == 0);
}

TEST_CASE("what blocks for a time is served in time", "[threadsafe_queue]") {
  threadsafe_queue<int> items(1);
  const thread_at_work other([&items] {
    wait_until([&] { return getters_of(items) == 1; });
    items.put_blocking(1);
    items.put_blocking(2);
    wait_until([&] { return putters_of(items) == 1; });
    static_cast<void>(items.get_blocking());
    items.task_done();
    items.task_done();
    items.task_done();
  });
  CHECK(items.try_get_for(1h) == 1);
  wait_until([&] { return items.full(); });
  const int three = 3;
  CHECK(items.try_put_for(three, 1h));
  CHECK(items.try_join_for(1h));
}

RILL_TEST_CASE("a shut-down wakes all that wait, tasks and threads", "[threadsafe_queue]") {
  threadsafe_queue<int> empty;
  threadsafe_queue<int> full(1);
  CHECK(full.try_put(1));
  const task<int> reader = create_task(gets(empty));
  const task<> writer = create_task(puts(full, 2));
  const task<std::vector<int>> all = create_task(gets_all(empty));
  int told = 0;
  co_await let_run();
  {
    const thread_at_work blocked_reader([&] {
      try {
        static_cast<void>(empty.get_blocking());
      } catch (const rill::queue_shut_down&) {
        ++told;
      }
      if (!empty.next_blocking()) ++told;
    });
    wait_until([&] { return getters_of(empty) == 3; });
    empty.shutdown();
  }
  full.shutdown();
  full.shutdown();
  co_await let_run();
  CHECK(told == 2);
  CHECK_THROWS_AS(reader.result(), rill::queue_shut_down);
  CHECK_THROWS_AS(writer.result(), rill::queue_shut_down);
  CHECK(all.result().empty());
  CHECK(full.is_shut_down());
  CHECK_THROWS_AS(full.try_put(3), rill::queue_shut_down);
  CHECK(full.try_get() == 1);
  CHECK_THROWS_AS(full.try_get(), rill::queue_shut_down);
}

RILL_TEST_CASE("an immediate shut-down drops what is in, and join() ends", "[threadsafe_queue]") {
  threadsafe_queue<int> items;
  for (int i = 0; i < 3; ++i) co_await items.put(i);
  const task<> waiting = create_task(joins(items));
  co_await let_run();
  CHECK(!waiting.done());
  items.shutdown(true);
  co_await let_run();
  CHECK(waiting.done());
  CHECK(items.stats().size == 0);
  CHECK(items.stats().unfinished == 0);
  CHECK(items.stats().shut_down);
  CHECK_THROWS_AS(items.try_get(), rill::queue_shut_down);
}

TEST_CASE("misuse is refused", "[threadsafe_queue]") {
  CHECK(threadsafe_queue<int>(-1).maxsize() == 0);
  threadsafe_queue<int> items(1);
  CHECK_THROWS_AS(items.task_done(), rill::usage_error);
  CHECK(items.try_put(1));
  items.task_done();
  CHECK_THROWS_AS(items.task_done(), rill::usage_error);
  CHECK(items.maxsize() == 1);
  CHECK(items.stats().maxsize == 1);
  CHECK(threadsafe_queue<int>().maxsize() == 0);
}

RILL_TEST_CASE("items between threads are moved, and a refused one stays", "[threadsafe_queue]") {
  threadsafe_queue<std::unique_ptr<int>> items(1);
  auto one = std::make_unique<int>(1);
  auto two = std::make_unique<int>(2);
  co_await items.put(std::move(one));
  CHECK(!items.try_put(std::move(two)));
  REQUIRE(two != nullptr);  // NOLINT: not moved from
  const std::unique_ptr<int> out = co_await items.get();
  CHECK(*out == 1);
  CHECK(items.try_put(std::move(two)));
  const auto next = co_await items.next();
  REQUIRE(next.has_value());
  CHECK(**next == 2);
}

namespace {

// Starts at once, destroys itself at the end.
struct fire_and_forget {
  struct promise_type {
    fire_and_forget get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

fire_and_forget copies(threadsafe_queue<int>& from, threadsafe_queue<int>& to) {
  while (auto item = co_await from.next()) co_await to.put(*item);
  co_await from.join();
  to.shutdown();
}

}  // namespace

RILL_TEST_CASE("a coroutine that is not rill's waits in all three ways", "[threadsafe_queue]") {
  threadsafe_queue<int> in(2);
  threadsafe_queue<int> out(2);
  copies(in, out);
  const thread_at_work feeder([&in] {
    for (int i = 0; i < 300; ++i) in.put_blocking(i);
    in.shutdown();
    for (int i = 0; i < 300; ++i) in.task_done();
  });
  const std::vector<int> got = co_await gets_all(out);
  CHECK(got == up_to(300));
}
