// SPDX-License-Identifier: BSL-1.0
//
// What all kinds of queue have in common, played on each.
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/sync/basic_queue.hpp"

#include <string>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/sync/lifo_queue.hpp"
#include "rill/sync/priority_queue.hpp"
#include "rill/sync/queue.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using rill::coro;
using rill::create_task;
using rill::task;
using rill_test::let_run;

namespace {

template <class Queue>
coro<> joins_after_as_many_marks() {
  Queue items;
  co_await items.join();
  for (int i = 0; i < 3; ++i) co_await items.put(i);
  const auto joins = [](Queue& own) -> coro<> { co_await own.join(); };
  const task<> joiner = create_task(joins(items));
  for (int i = 0; i < 3; ++i) {
    co_await let_run();
    CHECK(!joiner.done());
    co_await items.get();
    items.task_done();
  }
  co_await let_run();
  CHECK(joiner.done());
  CHECK_THROWS_AS(items.task_done(), rill::usage_error);
}

template <class Queue>
coro<> shut_down_when_empty() {
  Queue items;
  const auto gets = [](Queue& own) -> coro<int> { co_return co_await own.get(); };
  const auto next = [](Queue& own) -> coro<bool> {
    const auto item = co_await own.next();
    co_return item.has_value();
  };
  const task<int> getter = create_task(gets(items));
  const task<bool> iterator = create_task(next(items));
  co_await let_run();
  items.shutdown();
  items.shutdown();
  co_await let_run();
  REQUIRE(getter.done());
  CHECK_THROWS_AS(getter.result(), rill::queue_shut_down);
  CHECK(!iterator.result());
  co_await items.join();
  int refused = 0;
  try {
    co_await items.put(1);
  } catch (const rill::queue_shut_down&) {
    ++refused;
  }
  try {
    co_await items.get();
  } catch (const rill::queue_shut_down&) {
    ++refused;
  }
  CHECK(refused == 2);
  CHECK_THROWS_AS(items.try_put(1), rill::queue_shut_down);
  CHECK_THROWS_AS(items.try_get(), rill::queue_shut_down);
}

template <class Queue>
coro<> shut_down_when_full() {
  Queue items(1);
  co_await items.put(1);
  const auto puts = [](Queue& own) -> coro<> { co_await own.put(2); };
  const auto joins = [](Queue& own) -> coro<> { co_await own.join(); };
  const task<> putter = create_task(puts(items));
  const task<> joiner = create_task(joins(items));
  co_await let_run();
  items.shutdown();
  co_await let_run();
  REQUIRE(putter.done());
  CHECK_THROWS_AS(putter.result(), rill::queue_shut_down);
  CHECK(!joiner.done());
  const int item = co_await items.get();
  CHECK(item == 1);
  CHECK_THROWS_AS(items.try_get(), rill::queue_shut_down);
  items.task_done();
  co_await let_run();
  CHECK(joiner.done());
  CHECK_THROWS_AS(items.task_done(), rill::usage_error);
}

template <class Queue>
coro<> shut_down_at_once() {
  Queue items;
  for (int i = 0; i < 3; ++i) co_await items.put(i);
  co_await items.get();
  const auto joins = [](Queue& own) -> coro<> { co_await own.join(); };
  const task<> joiner = create_task(joins(items));
  co_await let_run();
  items.shutdown(true);
  CHECK(items.empty());
  co_await let_run();
  CHECK(!joiner.done());  // one was got, and is not done
  items.task_done();
  co_await let_run();
  CHECK(joiner.done());
}

}  // namespace

RILL_TEST_CASE("join ends after as many marks as puts [23]", "[basic_queue]") {
  co_await joins_after_as_many_marks<rill::queue<int>>();
  co_await joins_after_as_many_marks<rill::lifo_queue<int>>();
  co_await joins_after_as_many_marks<rill::priority_queue<int>>();
}

RILL_TEST_CASE("shut down when empty, all who wait and come are told [24]", "[basic_queue]") {
  co_await shut_down_when_empty<rill::queue<int>>();
  co_await shut_down_when_empty<rill::lifo_queue<int>>();
  co_await shut_down_when_empty<rill::priority_queue<int>>();
}

RILL_TEST_CASE("shut down when full, what is in can still be got [25]", "[basic_queue]") {
  co_await shut_down_when_full<rill::queue<int>>();
  co_await shut_down_when_full<rill::lifo_queue<int>>();
  co_await shut_down_when_full<rill::priority_queue<int>>();
}

RILL_TEST_CASE("shut down at once, what is in is dropped, what is out is waited for",
               "[basic_queue]") {
  co_await shut_down_at_once<rill::queue<int>>();
  co_await shut_down_at_once<rill::lifo_queue<int>>();
  co_await shut_down_at_once<rill::priority_queue<int>>();
}

RILL_TEST_CASE("marks that ran ahead of the gets do no harm at a shut-down", "[basic_queue]") {
  rill::queue<int> items;
  for (int i = 0; i < 2; ++i) co_await items.put(i);
  items.task_done();
  items.task_done();
  items.shutdown(true);
  CHECK(items.stats().unfinished == 0);
  co_await items.join();
}
