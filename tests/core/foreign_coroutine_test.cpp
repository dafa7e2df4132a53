// SPDX-License-Identifier: BSL-1.0
//
// rill's awaitables in a coroutine type that knows nothing of rill, on the loop's thread.
#include <coroutine>
#include <exception>
#include <string>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/core/detail/waiting_task.hpp"
#include "rill/core/future.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;

namespace {

// The least coroutine type there is: starts at once, destroys itself at the end.
struct fire_and_forget {
  struct promise_type {
    fire_and_forget get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

coro<int> add_slowly(int left, int right) {
  co_await rill::yield();
  co_await rill::sleep(1s);
  co_await rill::yield();
  co_return left + right;
}
coro<int> add_at_once(int left, int right) { co_return left + right; }
coro<int> fail_slowly() {
  co_await rill::sleep(1s);
  throw std::string("slow");
}

fire_and_forget sleep_and_yield(std::string& log) {
  log += "a";
  co_await rill::yield();
  log += "b";
  co_await rill::sleep(1s);
  log += "c";
}

fire_and_forget await_coroutines(std::string& log) {
  const int at_once = co_await add_at_once(1, 2);
  log += std::to_string(at_once);
  const int slow = co_await add_slowly(3, 4);
  log += std::to_string(slow);
  try {
    const int failed = co_await fail_slowly();
    log += std::to_string(failed);
  } catch (const std::string& text) {
    log += text;
  }
}

fire_and_forget await_future(const rill::future<int>& number, std::string& log) {
  const int value = co_await number;
  log += std::to_string(value);
  const rill::task<int> task = rill::create_task(add_slowly(1, 1));
  const int sum = co_await task;
  log += std::to_string(sum);
}

fire_and_forget await_cancelled(const rill::future<int>& number, std::string& log) {
  try {
    const int value = co_await number;
    log += std::to_string(value);
  } catch (const rill::cancelled_error&) {
    log += "cancelled";
  }
}

}  // namespace

RILL_TEST_CASE("a foreign coroutine sleeps and yields on the loop", "[foreign]") {
  std::string log;
  sleep_and_yield(log);
  CHECK(log == "a");
  co_await rill::yield();
  CHECK(log == "ab");
  co_await rill::sleep(2s);
  CHECK(log == "abc");
}

RILL_TEST_CASE("a foreign coroutine awaits coroutines that suspend again and again", "[foreign]") {
  std::string log;
  await_coroutines(log);
  CHECK(log == "3");
  co_await rill::sleep(5s);
  CHECK(log == "37slow");
}

RILL_TEST_CASE("a foreign coroutine started from a callback awaits coroutines", "[foreign]") {
  std::string log;
  rill::event_loop::running().call_soon([&] { await_coroutines(log); });
  co_await rill::sleep(5s);
  CHECK(log == "37slow");
}

RILL_TEST_CASE("a foreign coroutine awaits futures and tasks", "[foreign]") {
  std::string log;
  const rill::future<int> number = rill::create_future<int>();
  await_future(number, log);
  const rill::future<int> other = rill::create_future<int>();
  await_cancelled(other, log);
  co_await rill::yield();
  number.set_result(7);
  other.cancel();
  co_await rill::sleep(5s);
  CHECK(log == "7cancelled2");
}

TEST_CASE("without a loop a foreign coroutine gets an error", "[foreign]") {
  std::string text;
  const auto try_it = [](std::string& what) -> fire_and_forget {
    try {
      co_await rill::sleep(1s);
    } catch (const rill::usage_error& error) {
      what = error.what();
    }
  };
  try_it(text);
  CHECK(text.find("no event loop runs in this thread") != std::string::npos);
}
