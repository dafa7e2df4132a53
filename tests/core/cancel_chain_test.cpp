// SPDX-License-Identifier: BSL-1.0
//
// Cancellation through chains of awaits, and in the same turn as the end of what is awaited.
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

using namespace std::chrono_literals;
using rill::cancelled_error;
using rill::coro;
using rill::create_task;
using rill::task;

namespace {

coro<> nap() { co_await rill::sleep(1h); }

}  // namespace

RILL_TEST_CASE("a cancellation walks down a chain of tasks and unwinds it [34]", "[cancel]") {
  std::string log;
  const auto leaf = [](std::string& text) -> coro<> {
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error& error) {
      text += "leaf:" + std::string(error.reason()) + " ";
      throw;
    }
  };
  const auto middle = [leaf](std::string& text) -> coro<> {
    const task<> inner = create_task(leaf, std::ref(text));
    try {
      co_await inner;
    } catch (const cancelled_error& error) {
      text += "middle:" + std::string(error.reason()) + " ";
      throw;
    }
  };
  const task<> outer = create_task(middle, std::ref(log));
  co_await rill::yield();
  co_await rill::yield();
  outer.cancel("why");
  std::string reason;
  try {
    co_await outer;
  } catch (const cancelled_error& error) {
    reason = error.reason();
  }
  CHECK(log == "leaf:why middle:why ");
  CHECK(reason == "why");
  CHECK(outer.cancelled());
}

RILL_TEST_CASE("a chain of coroutines unwinds inner first", "[cancel]") {
  class note {
   public:
    note(std::string& log, char letter) : log_(&log), letter_(letter) {}
    note(const note&) = delete;
    note& operator=(const note&) = delete;
    ~note() { *log_ += letter_; }

   private:
    std::string* log_;
    char letter_;
  };
  std::string log;
  const auto inner = [](std::string& text) -> coro<> {
    const note local(text, 'i');
    co_await rill::sleep(1h);
  };
  const auto outer = [inner](std::string& text) -> coro<> {
    const note local(text, 'o');
    co_await inner(text);
  };
  const task<> task = create_task(outer, std::ref(log));
  co_await rill::yield();
  task.cancel();
  co_await rill::yield();
  co_await rill::yield();
  CHECK(log == "io");
  CHECK(task.cancelled());
}

RILL_TEST_CASE("future cancelled, then its waiting task: it ends cancelled once [29]", "[cancel]") {
  const rill::future<> gate = rill::create_future();
  int strikes = 0;
  const auto wait = [](const rill::future<>& awaited, int& count) -> coro<> {
    try {
      co_await awaited;
    } catch (const cancelled_error&) {
      ++count;
    }
    co_await rill::yield();
    ++count;
  };
  const task<> waiter = create_task(wait, gate, std::ref(strikes));
  co_await rill::yield();
  gate.cancel();
  waiter.cancel();
  co_await rill::yield();
  co_await rill::yield();
  co_await rill::yield();
  CHECK(waiter.done());
  CHECK(strikes == 2);
}

RILL_TEST_CASE("cancelling a task cancels the future it waits for", "[cancel]") {
  const rill::future<> gate = rill::create_future();
  const auto wait = [](const rill::future<>& awaited) -> coro<> { co_await awaited; };
  const task<> waiter = create_task(wait, gate);
  const task<> other = create_task(wait, gate);
  co_await rill::yield();
  waiter.cancel("enough");
  CHECK(gate.cancelled());
  co_await rill::yield();
  CHECK(waiter.cancelled());
  CHECK(other.cancelled());
}

RILL_TEST_CASE("set, then cancelled: the value arrives, the next await throws", "[cancel]") {
  const rill::future<int> number = rill::create_future<int>();
  std::string log;
  const auto wait = [](const rill::future<int>& awaited, std::string& text) -> coro<> {
    const int value = co_await awaited;
    text += std::to_string(value);
    co_await rill::yield();
    text += " passed";
  };
  const task<> waiter = create_task(wait, number, std::ref(log));
  co_await rill::yield();
  number.set_result(5);
  waiter.cancel();
  co_await rill::yield();
  co_await rill::yield();
  CHECK(log == "5");
  CHECK(waiter.cancelled());
}

RILL_TEST_CASE("timer fired, then cancelled: the sleep is over, the next await throws",
               "[cancel]") {
  std::string log;
  const auto body = [](std::string& text) -> coro<> {
    co_await rill::sleep(1s);
    text += "slept";
    co_await rill::sleep(1s);
    text += " again";
  };
  const task<> sleeper = create_task(body, std::ref(log));
  co_await rill::yield();
  // Due in the same turn, armed later: it runs when the sleeper is queued already.
  rill::event_loop::running().call_later(1s, [&] { sleeper.cancel(); });
  co_await rill::sleep(90s);
  CHECK(log == "slept");
  CHECK(sleeper.cancelled());
}

RILL_TEST_CASE("an awaited task ended, then cancelled: the value arrives", "[cancel]") {
  const task<int> number = create_task([]() -> coro<int> {
    co_await rill::yield();
    co_return 3;
  });
  std::string log;
  const auto wait = [](const task<int>& awaited, std::string& text) -> coro<> {
    const int value = co_await awaited;
    text += std::to_string(value);
    co_await rill::yield();
    text += " passed";
  };
  const task<> waiter = create_task(wait, number, std::ref(log));
  co_await rill::yield();
  co_await rill::yield();
  CHECK(number.done());
  CHECK(waiter.cancel());
  co_await rill::sleep(1s);
  CHECK(log == "3");
  CHECK(waiter.cancelled());
}

RILL_TEST_CASE("a self-cancelled task that awaits a task passes the request on", "[cancel]") {
  const task<> sleeper = create_task(nap());
  const auto body = [](const task<>& awaited) -> coro<> {
    rill::current_task().cancel("down");
    co_await awaited;
  };
  const task<> waiter = create_task(body, sleeper);
  std::string reason;
  try {
    co_await waiter;
  } catch (const cancelled_error& error) {
    reason = error.reason();
  }
  CHECK(reason == "down");
  CHECK(sleeper.cancelled());
}

RILL_TEST_CASE("an inner task that refuses lets its waiter go on", "[cancel]") {
  const task<int> stubborn = create_task([]() -> coro<int> {
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
    }
    co_return 9;
  });
  const auto wait = [](const task<int>& awaited) -> coro<int> {
    const int value = co_await awaited;
    co_await rill::yield();
    co_return value;
  };
  const task<int> waiter = create_task(wait, stubborn);
  co_await rill::yield();
  waiter.cancel();
  const int value = co_await waiter;
  CHECK(value == 9);
}

RILL_TEST_CASE("an inner task that ends before it is struck leaves the request to its waiter",
               "[cancel]") {
  const rill::future<> gate = rill::create_future();
  const auto inner_body = [](rill::future<> opened) -> coro<int> {
    co_await opened;
    co_return 9;
  };
  const task<int> inner = create_task(inner_body, gate);
  std::string log;
  const auto wait = [](const task<int>& awaited, std::string& text) -> coro<> {
    const int value = co_await awaited;
    text += std::to_string(value);
    co_await rill::yield();
    text += " passed";
  };
  const task<> outer = create_task(wait, inner, std::ref(log));
  co_await rill::yield();
  gate.set_result();
  // The inner wait is complete, so nobody can be struck now.
  CHECK(outer.cancel());
  co_await rill::sleep(1s);
  CHECK(log == "9");
  CHECK(!inner.cancelled());
  CHECK(outer.cancelled());
}

RILL_TEST_CASE("two tasks that await each other can be cancelled", "[cancel]") {
  std::vector<task<>> pair(2);
  const auto wait = [](std::vector<task<>>& both, std::size_t other) -> coro<> {
    co_await both[other];
  };
  pair[0] = create_task(wait, std::ref(pair), 1U);
  pair[1] = create_task(wait, std::ref(pair), 0U);
  co_await rill::yield();
  co_await rill::yield();
  pair[0].cancel("a circle has no leaf");
  co_await rill::sleep(1s);
  CHECK(pair[0].cancelled());
  CHECK(pair[1].cancelled());
}
