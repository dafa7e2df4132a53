// SPDX-License-Identifier: BSL-1.0
//
// Waits in a threadsafe_queue whose loop is closed, or whose queue is destroyed.
#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/core/yield.hpp"
#include "rill/sync/threadsafe_queue.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/catch.hpp"
#include "support/thread_at_work.hpp"
#include "support/witness.hpp"
#include "sync/party_watch.hpp"

using rill::coro;
using rill::task;
using rill::threadsafe_queue;
using rill::testing::step_loop;
using rill_test::elsewhere;
using rill_test::getters_of;
using rill_test::thread_at_work;
using rill_test::wait_until;

namespace {

using numbers = threadsafe_queue<int>;

coro<int> gets(numbers& from) { co_return co_await from.get(); }
coro<> puts(numbers& to, int item) { co_await to.put(item); }
coro<> joins(numbers& all) { co_await all.join(); }

}  // namespace

TEST_CASE("a loop that is closed takes its waits back", "[threadsafe_queue]") {
  numbers empty;
  numbers full(1);
  CHECK(full.try_put(1));
  {
    step_loop steps;
    const task<int> reader = steps.loop().create_task(gets(empty));
    const task<> writer = steps.loop().create_task(puts(full, 2));
    const task<> joiner = steps.loop().create_task(joins(full));
    steps.settle();
    CHECK(empty.stats().getters == 1);
    CHECK(full.stats().putters == 1);
  }
  CHECK(empty.stats().getters == 0);
  CHECK(full.stats().putters == 0);
  CHECK(empty.try_put(5));
  CHECK(empty.try_get() == 5);
  CHECK(full.try_get() == 1);
  CHECK(full.try_get() == std::nullopt);
  full.task_done();  // nobody waits for it any more
}

TEST_CASE("what was handed to a loop that is closed comes back, in order, to the front",
          "[threadsafe_queue]") {
  const auto gets_later = [](numbers& from, int turns) -> coro<int> {
    for (int i = 0; i < turns; ++i) co_await rill::yield();
    co_return co_await from.get();
  };
  // Whichever of the tasks has come first to its wait: frames go in the order of their making.
  for (int longest = 0; longest < 3; ++longest) {
    numbers items;
    {
      step_loop steps;
      std::vector<task<int>> readers;
      for (int i = 0; i < 3; ++i) {
        readers.push_back(steps.loop().create_task(gets_later(items, (i + longest) % 3)));
      }
      steps.settle();
      elsewhere([&items] {
        for (int i = 1; i <= 5; ++i) items.put_blocking(i);
      });
      CHECK(items.size() == 2);
    }
    for (int i = 1; i <= 5; ++i) CHECK(items.try_get() == i);
    CHECK(items.stats().unfinished == 5);
  }
}

TEST_CASE("what comes back is handed to whoever waits", "[threadsafe_queue]") {
  numbers items;
  std::optional<int> got;
  std::optional<thread_at_work> other;
  {
    step_loop steps;
    const task<int> reader = steps.loop().create_task(gets(items));
    steps.settle();
    elsewhere([&items] { items.put_blocking(7); });
    other.emplace([&] { got = items.get_blocking(); });
    wait_until([&items] { return getters_of(items) == 1; });
  }
  other.reset();
  CHECK(got == 7);
}

TEST_CASE("what comes back may be more than there is room for, for once", "[threadsafe_queue]") {
  numbers items(1);
  {
    step_loop steps;
    const task<int> reader = steps.loop().create_task(gets(items));
    steps.settle();
    CHECK(items.try_put(1));
    CHECK(items.try_put(2));
    CHECK(!items.try_put(3));
  }
  CHECK(items.size() == 2);
  step_loop steps;
  const task<> writer = steps.loop().create_task(puts(items, 3));
  steps.settle();
  CHECK(items.try_get() == 1);
  CHECK(items.stats().putters == 1);  // there is still no room
  CHECK(items.try_get() == 2);
  CHECK(items.stats().putters == 0);
  CHECK(items.try_get() == 3);
}

TEST_CASE("an item got by a task that only takes its turn comes back as well",
          "[threadsafe_queue]") {
  numbers items;
  for (int i = 0; i < 200; ++i) CHECK(items.try_put(i));
  int used = 0;
  {
    step_loop steps;
    const auto body = [](numbers& from, int& count) -> coro<> {
      while (auto item = co_await from.next()) ++count;
    };
    const task<> reader = steps.loop().create_task(body(items, used));
    steps.turn();
    CHECK(used < 200);
    CHECK(items.size() < static_cast<std::size_t>(200 - used));
  }
  for (int i = used; i < 200; ++i) CHECK(items.try_get() == i);
}

TEST_CASE("what comes back to a queue that was shut down at once is dropped",
          "[threadsafe_queue]") {
  int alive = 0;
  threadsafe_queue<rill_test::witness> items;
  {
    step_loop steps;
    const auto body = [](threadsafe_queue<rill_test::witness>& from) -> coro<> {
      const rill_test::witness item = co_await from.get();
    };
    const task<> reader = steps.loop().create_task(body(items));
    steps.settle();
    elsewhere([&] { items.put_blocking(rill_test::witness(alive)); });
    items.shutdown(true);
    CHECK(items.stats().unfinished == 1);
  }
  CHECK(alive == 0);
  CHECK(items.stats().unfinished == 0);
}

TEST_CASE("a queue may go before the loop that was handed its item", "[threadsafe_queue]") {
  int alive = 0;
  step_loop steps;
  auto items = std::make_unique<threadsafe_queue<rill_test::witness>>();
  const auto body = [](threadsafe_queue<rill_test::witness>& from) -> coro<> {
    const rill_test::witness item = co_await from.get();
  };
  const task<> used = steps.loop().create_task(body(*items));
  const task<> unused = steps.loop().create_task(body(*items));
  steps.settle();
  for (int i = 0; i < 3; ++i) CHECK(items->try_put(rill_test::witness(alive)));
  CHECK(alive == 3);
  items.reset();
  CHECK(alive == 2);
  steps.settle();
  CHECK(used.done());
  CHECK(alive == 0);
}

TEST_CASE("a queue may go between the grant and the end of a loop", "[threadsafe_queue]") {
  int alive = 0;
  {
    step_loop steps;
    auto items = std::make_unique<threadsafe_queue<rill_test::witness>>();
    const auto body = [](threadsafe_queue<rill_test::witness>& from) -> coro<> {
      const rill_test::witness item = co_await from.get();
    };
    const task<> reader = steps.loop().create_task(body(*items));
    steps.settle();
    CHECK(items->try_put(rill_test::witness(alive)));
    items.reset();
    CHECK(alive == 1);
  }
  CHECK(alive == 0);
}

TEST_CASE("a queue destroyed under those who wait tells them", "[threadsafe_queue]") {
  auto items = std::make_unique<numbers>(1);
  CHECK(items->try_put(1));
  CHECK(items->try_get() == 1);
  step_loop steps;
  const task<int> reader = steps.loop().create_task(gets(*items));
  const task<> joiner = steps.loop().create_task(joins(*items));
  steps.settle();
  std::string told;
  {
    const thread_at_work blocked([&told, own = items.get()] {
      try {
        static_cast<void>(own->get_blocking());
      } catch (const rill::usage_error& error) {
        told = error.what();
      }
    });
    wait_until([&] { return getters_of(*items) == 2; });
    items.reset();
  }
  CHECK(told.find("was destroyed") != std::string::npos);
  steps.settle();
  CHECK_THROWS_AS(reader.result(), rill::usage_error);
  CHECK_THROWS_AS(joiner.result(), rill::usage_error);
}

namespace {

// Destroyed by its owner; suspends at the end.
class owned_foreign {
 public:
  struct promise_type {
    owned_foreign get_return_object() {
      return owned_foreign(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
  explicit owned_foreign(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
  owned_foreign(owned_foreign&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  owned_foreign& operator=(owned_foreign&&) = delete;
  ~owned_foreign() {
    if (frame_) frame_.destroy();
  }

 private:
  std::coroutine_handle<promise_type> frame_;
};

owned_foreign foreign_get(numbers& from, int& got) {
  const int item = co_await from.get();
  got = item;
}

}  // namespace

TEST_CASE("a foreign coroutine that goes while it waits leaves the queue", "[threadsafe_queue]") {
  numbers items;
  step_loop steps;
  int got = 0;
  steps.in_loop([&] { const owned_foreign gone = foreign_get(items, got); });
  CHECK(items.stats().getters == 0);
  CHECK(items.try_put(1));
  CHECK(items.try_get() == 1);
  CHECK(got == 0);
}

TEST_CASE("a foreign coroutine whose loop is closed is passed over", "[threadsafe_queue]") {
  numbers items;
  int unheard = 0;
  int unused = 0;
  std::optional<owned_foreign> waiting;
  std::optional<owned_foreign> granted;
  {
    step_loop steps;
    steps.in_loop([&] { granted.emplace(foreign_get(items, unused)); });
    steps.in_loop([&] { waiting.emplace(foreign_get(items, unheard)); });
    elsewhere([&items] { items.put_blocking(1); });
  }
  CHECK(items.stats().getters == 1);
  CHECK(items.try_put(2));
  CHECK(items.stats().getters == 0);
  CHECK(items.size() == 1);
  granted.reset();
  waiting.reset();
  CHECK(items.try_get() == 1);
  CHECK(items.try_get() == 2);
  CHECK(unheard + unused == 0);
}

namespace {

/// A coroutine that is not rill's, owned by its handle.
struct foreign_getter {
  struct promise_type {
    foreign_getter get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};
foreign_getter gets_once(numbers& from) { co_await from.get(); }
foreign_getter gets_twice(numbers& from, std::vector<int>& got) {
  auto next = from.get();
  got.push_back(co_await next);
  got.push_back(co_await next);
}

}  // namespace

TEST_CASE("a coroutine that is not rill's may go when it was told, and before it has gone on",
          "[threadsafe_queue]") {
  numbers items;
  step_loop steps;
  std::vector<std::coroutine_handle<>> waiting;
  const auto begin = [&] { steps.in_loop([&] { waiting.push_back(gets_once(items).handle); }); };
  begin();
  elsewhere([&items] { CHECK(items.try_put(7)); });
  waiting.back().destroy();
  CHECK(items.try_get() == 7);
  steps.settle();
  begin();
  steps.in_loop([&] {
    CHECK(items.try_put(8));
    waiting.back().destroy();
  });
  CHECK(items.try_get() == 8);
  begin();
  waiting.back().destroy();
  CHECK(items.stats().getters == 0);
  steps.in_loop([] { CHECK(rill::detail::scheduler::current()->external_work() == 0); });
}

TEST_CASE("an awaiter that is awaited again counts as what it is", "[threadsafe_queue]") {
  numbers items;
  step_loop steps;
  const auto gets_often = [](numbers& from) -> coro<int> {
    auto next = from.get();
    int sum = co_await next;
    for (int i = 0; i < 200; ++i) {
      from.try_put(i);
      sum += co_await next;
    }
    co_return sum;
  };
  const task<int> often = steps.loop().create_task(gets_often(items));
  steps.settle();
  elsewhere([&items] { items.try_put(0); });
  steps.settle();
  CHECK(often.result() == 199 * 200 / 2);
  steps.in_loop([] { CHECK(rill::detail::scheduler::current()->external_work() == 0); });

  std::vector<int> got;
  std::coroutine_handle<> twice;
  steps.in_loop([&] { twice = gets_twice(items, got).handle; });
  items.try_put(1);
  steps.in_loop([&] { items.try_put(2); });
  steps.settle();
  CHECK(got == std::vector<int>{1, 2});
  twice.destroy();
}

TEST_CASE("an item that has come back leaves before one that waits to be taken in",
          "[threadsafe_queue]") {
  numbers items(1);
  {
    step_loop steps;
    const task<int> reader = steps.loop().create_task(gets(items));
    steps.settle();
    elsewhere([&items] { CHECK(items.try_put(1)); });
  }
  std::thread writer([&items] { items.put_blocking(2); });
  wait_until([&items] { return items.stats().putters == 1; });
  CHECK(items.try_get() == 1);
  CHECK(items.try_get() == 2);
  writer.join();
}

TEST_CASE("an item goes on from a coroutine whose loop is closed to the next in line",
          "[threadsafe_queue]") {
  numbers items;
  std::coroutine_handle<> left;
  {
    step_loop steps;
    steps.in_loop([&] { left = gets_once(items).handle; });
  }
  CHECK(items.stats().getters == 1);
  CHECK(items.try_put(9));
  CHECK(items.try_get() == 9);
  left.destroy();
}
