// SPDX-License-Identifier: BSL-1.0
//
// Cancellation of tasks, at every point where a task can be.
// Numbers in brackets are those of docs/design/conformance.md.
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"
#include "support/witness.hpp"

using namespace std::chrono_literals;
using rill::cancelled_error;
using rill::coro;
using rill::create_task;
using rill::task;
using rill_test::witness;

namespace {

// Gives the reason of the cancellation that reached the sleep.
coro<std::string> told_at_sleep() {
  try {
    co_await rill::sleep(1h);
  } catch (const cancelled_error& error) {
    co_return std::string(error.reason());
  }
  co_return "not told";
}

}  // namespace

RILL_TEST_CASE("cancelled before its first step, a body never runs", "[cancel]") {
  bool ran = false;
  int alive = 0;
  const auto body = [](bool& flag, witness held) -> coro<> {
    flag = held.holds();
    co_return;
  };
  const task<> task = create_task(body, std::ref(ran), witness(alive));
  CHECK(alive == 1);
  CHECK(task.cancel("too early"));
  std::string reason;
  try {
    co_await task;
  } catch (const cancelled_error& error) {
    reason = error.reason();
  }
  CHECK(reason == "too early");
  CHECK(task.cancelled());
  CHECK(!ran);
  CHECK(alive == 0);
}

RILL_TEST_CASE("cancelled during a wait, the await throws with the reason", "[cancel]") {
  const task<std::string> sleeper = create_task(told_at_sleep());
  co_await rill::yield();
  CHECK(sleeper.cancel("wake up"));
  const std::string reason = co_await sleeper;
  CHECK(reason == "wake up");
  CHECK(!sleeper.cancelled());
  CHECK(rill::loop_clock::now() == rill::time_point());
}

RILL_TEST_CASE("cancelling what is done tells false", "[cancel]") {
  const task<> done = create_task([]() -> coro<> { co_return; });
  co_await done;
  CHECK(!done.cancel());
  CHECK(done.cancelling() == 0);
  CHECK(!done.cancelled());
}

RILL_TEST_CASE("a task that cancels itself is struck at its next await [32]", "[cancel]") {
  std::string log;
  const auto body = [](std::string& text) -> coro<> {
    rill::current_task().cancel();
    text += "before ";
    try {
      co_await rill::yield();
      text += "passed ";
    } catch (const cancelled_error&) {
      text += "struck ";
    }
    co_await rill::yield();
    text += "after";
  };
  const task<> task = create_task(body, std::ref(log));
  co_await task;
  CHECK(log == "before struck after");
  CHECK(!task.cancelled());
}

RILL_TEST_CASE("a task that cancels itself and ends keeps its value", "[cancel]") {
  const task<int> task = create_task([]() -> coro<int> {
    rill::current_task().cancel();
    co_return 5;
  });
  const int value = co_await task;
  CHECK(value == 5);
  CHECK(!task.cancelled());
}

RILL_TEST_CASE("an await that does not wait is no point of cancellation", "[cancel]") {
  const auto nothing = []() -> coro<int> { co_return 1; };
  const auto body = [nothing]() -> coro<int> {
    rill::current_task().cancel();
    const int value = co_await nothing();
    const rill::future<int> ready = rill::create_future<int>();
    ready.set_result(2);
    const int other = co_await ready;
    co_return value + other;
  };
  const task<int> task = create_task(body);
  const int sum = co_await task;
  CHECK(sum == 3);
}

RILL_TEST_CASE("a task that catches the cancellation may return a value [30]", "[cancel]") {
  const task<int> stubborn = create_task([]() -> coro<int> {
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      co_return 42;
    }
    co_return 0;
  });
  co_await rill::yield();
  stubborn.cancel();
  const int value = co_await stubborn;
  CHECK(value == 42);
  CHECK(!stubborn.cancelled());
  CHECK(stubborn.cancelling() == 1);
}

RILL_TEST_CASE("a task that ignores the cancellation goes on undisturbed [31]", "[cancel]") {
  const task<int> stubborn = create_task([]() -> coro<int> {
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
    }
    co_await rill::sleep(1s);
    co_await rill::yield();
    co_return 7;
  });
  co_await rill::yield();
  stubborn.cancel();
  const int value = co_await stubborn;
  CHECK(value == 7);
  CHECK(rill::loop_clock::now() == rill::time_point(1s));
}

RILL_TEST_CASE("each request strikes once, a later one strikes again", "[cancel]") {
  int strikes = 0;
  const auto body = [](int& count) -> coro<> {
    while (count < 3) {
      try {
        co_await rill::sleep(1h);
      } catch (const cancelled_error&) {
        ++count;
      }
    }
  };
  const task<> stubborn = create_task(body, std::ref(strikes));
  co_await rill::yield();
  for (int i = 1; i <= 3; ++i) {
    stubborn.cancel();
    co_await rill::yield();
    co_await rill::yield();
    CHECK(strikes == i);
  }
  CHECK(stubborn.done());
}

RILL_TEST_CASE("two requests before the task runs strike once", "[cancel]") {
  int strikes = 0;
  const auto body = [](int& count) -> coro<> {
    for (int i = 0; i < 2; ++i) {
      try {
        co_await rill::sleep(1s);
      } catch (const cancelled_error&) {
        ++count;
      }
    }
  };
  const task<> task = create_task(body, std::ref(strikes));
  co_await rill::yield();
  task.cancel("one");
  task.cancel("two");
  CHECK(task.cancelling() == 2);
  co_await task;
  CHECK(strikes == 1);
}

RILL_TEST_CASE("requests are counted and can be taken back [33]", "[cancel]") {
  std::string log;
  const auto body = [](std::string& text) -> coro<> {
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      const rill::any_task me = rill::current_task();
      text += std::to_string(me.cancelling());
      text += std::to_string(me.uncancel());
      text += std::to_string(me.uncancel());
    }
    co_await rill::sleep(1h);
  };
  const task<> task = create_task(body, std::ref(log));
  co_await rill::yield();
  task.cancel();
  CHECK(task.cancelling() == 1);
  co_await rill::yield();
  co_await rill::yield();
  CHECK(log == "100");
  task.cancel();
  co_await rill::yield();
  co_await rill::yield();
  CHECK(task.cancelled());
  const int open = task.cancelling();
  CHECK(task.uncancel() == open);
  CHECK(task.cancelled());
}

RILL_TEST_CASE("uncancel before delivery takes a request back altogether", "[cancel]") {
  const task<> task = create_task([]() -> coro<> {
    const rill::any_task me = rill::current_task();
    me.cancel();
    CHECK(me.uncancel() == 0);
    co_await rill::yield();
    co_await rill::sleep(1s);
  });
  co_await task;
  CHECK(!task.cancelled());
}

RILL_TEST_CASE("a time limit made by hand of cancel and uncancel", "[cancel]") {
  const rill::any_task me = rill::current_task();
  bool timed_out = false;
  rill::event_loop::running().call_later(1s, [&] {
    timed_out = true;
    me.cancel();
  });
  bool caught = false;
  try {
    co_await rill::sleep(1h);
  } catch (const cancelled_error&) {
    caught = timed_out && me.uncancel() == 0;
  }
  CHECK(caught);
  co_await rill::sleep(1s);
  CHECK(me.cancelling() == 0);
  CHECK(rill::loop_clock::now() == rill::time_point(2s));
}
