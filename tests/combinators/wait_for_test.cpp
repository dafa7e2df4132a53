// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/combinators/wait_for.hpp"

#include <chrono>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>

#include "combinators/outcomes.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "support/allocation_counter.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::cancelled_error;
using rill::coro;
using rill::create_task;
using rill::task;
using rill::timeout_error;
using rill::wait_for;
using rill_test::fails_after;
using rill_test::value_after;

namespace {

coro<int> value_at_once(int value) { co_return value; }

/// Answers its cancellation after a while, with a value.
coro<int> stubborn(std::chrono::nanoseconds clean_up) {
  try {
    co_await rill::sleep(1h);
  } catch (const cancelled_error&) {
  }
  co_await rill::sleep(clean_up);
  co_return 7;
}

coro<> slow_to_stop(std::string& log) {
  bool cancelled = false;
  try {
    co_await rill::sleep(1h);
  } catch (const cancelled_error&) {
    cancelled = true;
  }
  co_await rill::sleep(3s);
  log += "cleaned up";
  if (cancelled) throw cancelled_error();
}

template <class Awaitable>
coro<bool> times_out(Awaitable awaited, std::chrono::nanoseconds delay) {
  bool timed_out = false;
  try {
    co_await wait_for(std::move(awaited), delay);
  } catch (const timeout_error&) {
    timed_out = true;
  }
  co_return timed_out;
}

double seconds_now() {
  return std::chrono::duration<double>(rill::loop_clock::now().time_since_epoch()).count();
}

}  // namespace

RILL_TEST_CASE("what ends in time gives its value", "[wait_for]") {
  const int slow = co_await wait_for(value_after(1s, 5), 2s);
  CHECK(slow == 5);
  const int fast = co_await wait_for(value_at_once(6), 2s);
  CHECK(fast == 6);
  CHECK(seconds_now() == 1.0);
  co_await wait_for(rill::sleep(1s), 2s);
  co_await wait_for(rill::yield(), 2s);
  CHECK(seconds_now() == 2.0);
}

RILL_TEST_CASE("what takes too long is a timeout_error, at the limit", "[wait_for]") {
  bool late = co_await times_out(value_after(1h, 5), 2s);
  CHECK(late);
  CHECK(seconds_now() == 2.0);
  CHECK(rill::current_task().cancelling() == 0);
  late = false;
  try {
    co_await wait_for(rill::sleep(1h), 500ms);
  } catch (const timeout_error&) {
    late = true;
  }
  CHECK(late);
  CHECK(seconds_now() == 2.5);
  co_await rill::sleep(1s);  // nothing is left to strike
}

RILL_TEST_CASE("without a limit it is a plain await", "[wait_for]") {
  const int one = co_await wait_for(value_after(10h, 1), std::chrono::nanoseconds::max());
  const auto infinite = std::chrono::duration<double>(std::numeric_limits<double>::infinity());
  const int two = co_await wait_for(value_after(10h, 2), infinite);
  CHECK(one + two == 3);
}

RILL_TEST_CASE("NaN is no delay", "[wait_for]") {
  const auto nan = std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN());
  CHECK_THROWS_AS(static_cast<void>(wait_for(rill::yield(), nan)), std::invalid_argument);
  co_return;
}

RILL_TEST_CASE("a coroutine without time never starts [66]", "[wait_for]") {
  bool started = false;
  const auto body = [](bool& flag) -> coro<> {
    flag = true;
    co_return;
  };
  const bool zero = co_await times_out(body(started), 0s);
  const bool negative = co_await times_out(body(started), -1s);
  CHECK(zero);
  CHECK(negative);
  CHECK(!started);
  CHECK(seconds_now() == 0.0);
}

RILL_TEST_CASE("a task without time is cancelled and joined, a done one gives its value [67]",
               "[wait_for]") {
  std::string log;
  const task<> slow = create_task(slow_to_stop(log));
  co_await rill::yield();
  const bool late = co_await times_out(slow, 0s);
  CHECK(late);
  CHECK(log == "cleaned up");
  CHECK(slow.cancelled());
  const task<int> done = create_task(value_at_once(3));
  co_await rill::yield();
  const int value = co_await wait_for(done, -5s);
  CHECK(value == 3);
}

RILL_TEST_CASE("work that answers its cancellation with a value has won [68]", "[wait_for]") {
  const int value = co_await wait_for(stubborn(0s), 1s);
  CHECK(value == 7);
  CHECK(seconds_now() == 1.0);
  const task<int> other = create_task(stubborn(1s));
  const int second = co_await wait_for(other, 1s);
  CHECK(second == 7);
  CHECK(rill::current_task().cancelling() == 0);
  co_await rill::sleep(1s);
}

RILL_TEST_CASE("the timeout_error comes after the clean-up [69]", "[wait_for]") {
  std::string log;
  const bool late = co_await times_out(slow_to_stop(log), 1s);
  CHECK(late);
  CHECK(log == "cleaned up");
  CHECK(seconds_now() == 4.0);
}

RILL_TEST_CASE("an error of the work goes before the limit", "[wait_for]") {
  std::string text;
  try {
    co_await wait_for(fails_after(1s), 2s);
  } catch (const std::runtime_error& error) {
    text = error.what();
  }
  CHECK(text == "failed");
  const auto fails_in_clean_up = []() -> coro<> {
    bool cancelled = false;
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      cancelled = true;
    }
    if (cancelled) throw std::runtime_error("clean-up");
  };
  try {
    co_await wait_for(fails_in_clean_up(), 1s);
  } catch (const std::runtime_error& error) {
    text = error.what();
  }
  CHECK(text == "clean-up");
}

RILL_TEST_CASE("a cancellation from outside is one, before the limit and with it", "[wait_for]") {
  for (const auto delay : {2s, 1s}) {  // the same moment: both in one turn
    const auto body = []() -> coro<> { co_await wait_for(rill::sleep(1h), 1s); };
    const task<> waiting = create_task(body());
    rill::event_loop::running().call_later(delay - 1s, [&] { waiting.cancel("outside"); });
    std::string reason;
    try {
      co_await waiting;
    } catch (const cancelled_error& error) {
      reason = error.reason();
    }
    CHECK(reason == "outside");
    CHECK(waiting.cancelled());
  }
}

RILL_TEST_CASE("a cancellation that is due goes before a limit of zero", "[wait_for]") {
  const auto body = [](bool& struck) -> coro<> {
    rill::current_task().cancel();
    try {
      co_await wait_for(value_at_once(1), 0s);
    } catch (const cancelled_error&) {
      struck = true;
    }
  };
  bool struck = false;
  co_await create_task(body(struck));
  CHECK(struck);
}

RILL_TEST_CASE("a value that comes in the turn of the cancellation is kept", "[wait_for]") {
  const rill::future<int> coming = rill::create_future<int>();
  const auto body = [](const rill::future<int>& from, std::string& log) -> coro<> {
    const int value = co_await wait_for(from, 1h);
    log += "got " + std::to_string(value);
    co_await rill::sleep(1s);
    log += " never";
  };
  std::string log;
  const task<> waiting = create_task(body(coming, log));
  co_await rill::yield();
  coming.set_result(4);
  waiting.cancel();
  bool cancelled = false;
  try {
    co_await waiting;
  } catch (const cancelled_error&) {
    cancelled = true;
  }
  CHECK(cancelled);
  CHECK(log == "got 4");
}

RILL_TEST_CASE("results may be move-only, references, and nothing", "[wait_for]") {
  const auto owner = []() -> coro<std::unique_ptr<int>> { co_return std::make_unique<int>(8); };
  const std::unique_ptr<int> owned = co_await wait_for(owner(), 1s);
  CHECK(*owned == 8);
  int here = 9;
  const auto referring = [](int& to) -> coro<int&> { co_return to; };
  int& reference = co_await wait_for(referring(here), 1s);
  CHECK(&reference == &here);
  const task<std::string> kept = create_task([]() -> coro<std::string> { co_return "text"; });
  const std::string& seen = co_await wait_for(kept, 1s);
  CHECK(&seen == &kept.result());
}

RILL_TEST_CASE("a limit around a limit", "[wait_for]") {
  const int nested = co_await wait_for(wait_for(value_after(1s, 4), 2s), 3s);
  CHECK(nested == 4);
}

RILL_TEST_CASE("a limit around what ends at once allocates nothing", "[wait_for]") {
  if (RILL_ASAN != 0 || !rill_test::counts_allocations()) {
    rill_test::skip("there is no pool here, or nothing counts");
    co_return;
  }
  std::size_t before = 0;
  for (int i = 0; i < 20; ++i) {
    if (i == 10) before = rill_test::allocation_count();
    const int value = co_await wait_for(value_at_once(i), 1s);
    CHECK(value == i);
  }
  const std::size_t after = rill_test::allocation_count();
  CHECK(after == before);
}

// In real time, as virtual time does not go on while something is ready.
TEST_CASE("a limit strikes who alone yields for ever", "[wait_for]") {
  const auto spin = []() -> coro<> {
    while (true) co_await rill::yield();
  };
  rill::event_loop loop;
  const auto limited = [&spin]() -> coro<bool> {
    try {
      co_await wait_for(spin(), 2ms);
    } catch (const timeout_error&) {
      co_return true;
    }
    co_return false;
  };
  CHECK(loop.run_until_complete(limited()));
}
