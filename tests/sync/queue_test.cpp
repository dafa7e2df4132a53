// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/sync/queue.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/combinators/gather.hpp"
#include "rill/combinators/wait_for.hpp"
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
using rill::queue;
using rill::task;
using rill_test::let_run;

namespace {

coro<int> gets(queue<int>& from) { co_return co_await from.get(); }
coro<> puts(queue<int>& to, int item) { co_await to.put(item); }

}  // namespace

RILL_TEST_CASE("items come out in order, each once, and producers wait", "[queue]") {
  queue<int> items(2);
  std::vector<int> got;
  const auto produce = [](queue<int>& to) -> coro<> {
    for (int i = 0; i < 100; ++i) co_await to.put(i);
    to.shutdown();
  };
  const auto consume = [](queue<int>& from, std::vector<int>& to) -> coro<> {
    while (auto item = co_await from.next()) {
      to.push_back(*item);
      from.task_done();
      if (*item % 7 == 0) co_await rill::yield();
    }
  };
  co_await rill::gather(produce(items), consume(items, got));
  REQUIRE(got.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(got[static_cast<std::size_t>(i)] == i);
  co_await items.join();
  CHECK(items.stats().unfinished == 0);
}

RILL_TEST_CASE("the first getter cancelled, the second gets the item [18]", "[queue]") {
  queue<int> items;
  const task<int> first = create_task(gets(items));
  const task<int> second = create_task(gets(items));
  co_await let_run();
  first.cancel();
  co_await rill::yield();
  co_await items.put(7);
  co_await let_run();
  CHECK(first.cancelled());
  CHECK(second.result() == 7);
}

RILL_TEST_CASE("two put and the reader cancelled in one step: nothing is lost [19]", "[queue]") {
  queue<int> items;
  const task<int> reader = create_task(gets(items));
  co_await let_run();
  CHECK(items.try_put(1));
  CHECK(items.try_put(2));
  reader.cancel();
  co_await let_run();
  const int next = co_await items.get();
  // The item was the reader's when it was put.
  CHECK(reader.result() == 1);
  CHECK(next == 2);

  const task<int> other = create_task(gets(items));
  co_await let_run();
  other.cancel();
  CHECK(items.try_put(3));
  co_await let_run();
  CHECK(other.cancelled());
  CHECK(items.try_get() == 3);
}

RILL_TEST_CASE("a cancelled put is nowhere [20]", "[queue]") {
  queue<int> items(1);
  co_await items.put(1);
  const task<> b = create_task(puts(items, 2));
  const task<> c = create_task(puts(items, 3));
  co_await let_run();
  c.cancel();
  CHECK(items.try_get() == 1);
  co_await let_run();
  CHECK(b.done());
  CHECK(c.cancelled());
  CHECK(items.try_get() == 2);
  CHECK(items.try_get() == std::nullopt);
  CHECK(items.stats().putters == 0);
}

RILL_TEST_CASE("a get with a limit leaves no waiter [21]", "[queue]") {
  queue<int> items;
  bool late = false;
  try {
    co_await rill::wait_for(items.get(), 1s);
  } catch (const rill::timeout_error&) {
    late = true;
  }
  CHECK(late);
  CHECK(items.stats().getters == 0);
}

RILL_TEST_CASE("a consumer takes all in one step: four producers finish [22]", "[queue]") {
  queue<int> items(2);
  std::vector<task<>> producers;
  for (int i = 0; i < 4; ++i) producers.push_back(create_task(puts(items, i)));
  co_await let_run();
  int count = 0;
  while (items.try_get()) ++count;
  co_await let_run();
  CHECK(count == 4);
  for (const task<>& each : producers) CHECK(each.done());
}

RILL_TEST_CASE("items are moved, and a refused one stays where it is", "[queue]") {
  queue<std::unique_ptr<int>> items(1);
  auto one = std::make_unique<int>(1);
  auto two = std::make_unique<int>(2);
  CHECK(items.try_put(std::move(one)));
  CHECK(!items.try_put(std::move(two)));
  REQUIRE(two != nullptr);  // NOLINT: not moved from
  const std::unique_ptr<int> out = co_await items.get();
  CHECK(*out == 1);
  co_await items.put(std::move(two));
  const auto next = items.try_get();
  REQUIRE(next.has_value());
  CHECK(**next == 2);
}

RILL_TEST_CASE("without a limit a put never waits", "[queue]") {
  queue<int> items(-3);
  for (int i = 0; i < 1'000; ++i) co_await items.put(i);
  CHECK(items.size() == 1'000);
  CHECK(!items.full());
  CHECK(items.maxsize() == 0);
  items.shutdown(true);
  CHECK(items.empty());
}

TEST_CASE("an item that was handed over when its loop ended is in the queue again", "[queue]") {
  queue<int> items;
  {
    rill::testing::step_loop steps;
    const task<int> reader = steps.loop().create_task(gets(items));
    steps.settle();
    CHECK(items.try_put(1));
    CHECK(items.try_put(2));
    CHECK(items.size() == 1);
  }
  CHECK(items.try_get() == 1);
  CHECK(items.try_get() == 2);
}

RILL_TEST_CASE("a queue destroyed under its waiters tells them", "[queue]") {
  auto items = std::make_unique<queue<int>>();
  const task<int> reader = create_task(gets(*items));
  co_await let_run();
  items.reset();
  co_await let_run();
  CHECK_THROWS_AS(reader.result(), rill::usage_error);
}
