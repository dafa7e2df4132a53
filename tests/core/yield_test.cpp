// SPDX-License-Identifier: BSL-1.0
#include "rill/core/yield.hpp"

#include <chrono>
#include <functional>
#include <string>

#include "rill/core/create_task.hpp"
#include "rill/core/task.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/external_work.hpp"
#include "support/coroutine_case.hpp"
#include "support/thread_at_work.hpp"

using rill::coro;

namespace {

coro<> take_turns(std::string& log, char letter) {
  for (int i = 0; i < 3; ++i) {
    log += letter;
    co_await rill::yield();
  }
}

}  // namespace

RILL_TEST_CASE("tasks that yield take turns in order", "[yield]") {
  std::string log;
  const rill::task<> a = rill::create_task(take_turns(log, 'a'));
  const rill::task<> b = rill::create_task(take_turns(log, 'b'));
  const rill::task<> c = rill::create_task(take_turns(log, 'c'));
  co_await a;
  co_await b;
  co_await c;
  CHECK(log == "abcabcabc");
}

RILL_TEST_CASE("a yield lets what was queued before run first", "[yield]") {
  std::string log;
  rill::event_loop& loop = rill::event_loop::running();
  loop.call_soon([&] { log += "1"; });
  loop.call_soon([&] {
    log += "2";
    loop.call_soon([&] { log += "4"; });
  });
  co_await rill::yield();
  log += "3";
  co_await rill::yield();
  CHECK(log == "1234");
}

RILL_TEST_CASE("a cancellation strikes a queued yield", "[yield]") {
  bool came_back = false;
  const rill::task<> task = rill::create_task(
      [](bool& back) -> coro<> {
        co_await rill::yield();
        back = true;
      },
      std::ref(came_back));
  co_await rill::yield();
  CHECK(task.cancel());
  co_await rill::yield();
  CHECK(task.cancelled());
  CHECK(!came_back);
}

// Where nobody else can run, a yield goes on in place; what ends a turn must end that as well.

RILL_TEST_CASE("a task that alone yields for ever sees what a thread posts", "[yield]") {
  rill::event_loop& loop = rill::event_loop::running();
  bool called = false;
  const rill::external_work_guard guard;
  rill_test::thread_at_work helper(
      [&] { loop.call_soon_threadsafe([&called] { called = true; }); });
  while (!called) co_await rill::yield();
  SUCCEED("the post was run");
}

RILL_TEST_CASE("a task that alone yields for ever lets timers fire", "[yield]") {
  rill::event_loop& loop = rill::event_loop::running();
  bool fired = false;
  const rill::timer_handle timer =
      loop.call_later(std::chrono::nanoseconds(0), [&] { fired = true; });
  while (!fired) co_await rill::yield();
  SUCCEED("the timer was looked at");
}

TEST_CASE("a loop that is stopped by the one task that yields runs no more of it", "[yield]") {
  rill::event_loop loop;
  int more = 0;
  const rill::task<> task = loop.create_task(
      [](rill::event_loop& own, int& steps) -> coro<> {
        for (int i = 0; i < 5; ++i) co_await rill::yield();
        own.stop();
        co_await rill::yield();
        ++steps;
        co_await rill::yield();
        ++steps;
      },
      std::ref(loop), std::ref(more));
  loop.run_forever();
  CHECK(more == 0);
  loop.run_until_complete(task);
  CHECK(more == 2);
}

TEST_CASE("a loop whose future is done runs no more of the one task that yields", "[yield]") {
  rill::event_loop loop;
  int more = 0;
  const rill::future<> done = loop.create_future();
  const rill::task<> task = loop.create_task(
      [](rill::future<> until, int& steps) -> coro<> {
        until.set_result();
        for (int i = 0; i < 10; ++i) {
          co_await rill::yield();
          ++steps;
        }
      },
      done, std::ref(more));
  loop.run_until_complete(done);
  CHECK(more == 0);
  loop.run_until_complete(task);
  CHECK(more == 10);
}

RILL_TEST_CASE("a task that is started eagerly lets its maker go on when it yields", "[yield]") {
  std::string log;
  const rill::task<> task = rill::create_task(take_turns(log, 'a'), {.eager_start = true});
  log += '.';
  co_await task;
  CHECK(log == "a.aa");
}

RILL_TEST_CASE("a request that a task makes of itself strikes at its yield", "[yield]") {
  const rill::task<> task = rill::create_task([]() -> coro<> {
    rill::current_task().cancel();
    co_await rill::yield();
  });
  while (!task.done()) co_await rill::yield();
  CHECK(task.cancelled());
}
