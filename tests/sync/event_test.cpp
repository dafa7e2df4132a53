// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/sync/event.hpp"

#include <memory>
#include <string>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::event;
using rill::task;
using rill_test::let_run;

namespace {

coro<> waits(event& flag, std::string& log, char name) {
  co_await flag.wait();
  log += name;
}

}  // namespace

RILL_TEST_CASE("set wakes all, first those who have not begun to wait [6]", "[event]") {
  event flag;
  std::string log;
  const task<> a = create_task(waits(flag, log, 'a'));
  const task<> b = create_task(waits(flag, log, 'b'));
  co_await let_run();
  CHECK(flag.stats().waiters == 2);
  const task<> late = create_task(waits(flag, log, 'c'));
  flag.set();
  co_await let_run();
  CHECK(log == "cab");
  CHECK(flag.is_set());
  co_await flag.wait();
}

RILL_TEST_CASE("set and cleared in one step, those who waited go on", "[event]") {
  event flag;
  std::string log;
  const task<> a = create_task(waits(flag, log, 'a'));
  co_await let_run();
  flag.set();
  flag.set();
  flag.clear();
  const task<> b = create_task(waits(flag, log, 'b'));
  co_await let_run();
  CHECK(log == "a");
  CHECK(!b.done());
  b.cancel();
  CHECK(flag.stats().waiters == 0);
}

RILL_TEST_CASE("a cancellation before set strikes, one behind it strikes later", "[event]") {
  event flag;
  std::string log;
  const auto twice = [](event& own, std::string& to) -> coro<> {
    co_await own.wait();
    to += "woken ";
    co_await rill::sleep(1s);
    to += "not reached";
  };
  const task<> first = create_task(twice(flag, log));
  const task<> second = create_task(twice(flag, log));
  co_await let_run();
  first.cancel();
  flag.set();
  second.cancel();
  co_await let_run();
  CHECK(first.cancelled());
  CHECK(second.cancelled());
  CHECK(log == "woken ");
}

RILL_TEST_CASE("it can be waited for until it is cleared", "[event]") {
  event flag(true);
  std::string log;
  const auto until_clear = [](event& own, std::string& to) -> coro<> {
    co_await own.wait_cleared();
    to += "cleared";
  };
  const task<> waiting = create_task(until_clear(flag, log));
  co_await let_run();
  CHECK(log.empty());
  flag.clear();
  co_await let_run();
  CHECK(log == "cleared");
  co_await flag.wait_cleared();
}

RILL_TEST_CASE("an event destroyed under its waiters tells them", "[event]") {
  auto flag = std::make_unique<event>();
  std::string log;
  const task<> waiting = create_task(waits(*flag, log, 'a'));
  co_await let_run();
  flag.reset();
  std::string what;
  try {
    co_await waiting;
  } catch (const rill::usage_error& error) {
    what = error.what();
  }
  CHECK(what.find("this event was destroyed") != std::string::npos);
}
