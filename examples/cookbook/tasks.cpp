// SPDX-License-Identifier: BSL-1.0
// Coroutines, tasks and futures: what runs when.
// Listings F 2.1, F 2.2, F 2.3, F 2.4, F 2.5, F 2.6, F 2.8, F 2.9, F 2.10, F 2.14, F 2.15, N1, N2,
// N3, N4, N5, N6, N7, N8, N58, R3.2, R3.3, R3.4, R3.9.
#include <chrono>
#include <string>
#include <type_traits>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

rill::coro<int> delay(int seconds) {
  say("sleeping for " + std::to_string(seconds) + " second(s)");
  co_await rill::sleep(std::chrono::seconds(seconds));
  say("finished sleeping for " + std::to_string(seconds) + " second(s)");
  co_return seconds;
}

int add_one(int number) { return number + 1; }
rill::coro<int> add_one_later(int number) { co_return number + 1; }

// A call of a function does its work, a call of a coroutine makes something that can.
rill::coro<> function_and_coroutine() {
  static_assert(std::is_same_v<decltype(add_one(1)), int>);
  static_assert(std::is_same_v<decltype(add_one_later(1)), rill::coro<int>>);
  const int now = add_one(1);
  rill::coro<int> not_yet = add_one_later(1);
  say("the function gives " + std::to_string(now) + ", the coroutine has not begun");
  const int later = co_await std::move(not_yet);
  say("awaited, it gives " + std::to_string(later));
}

rill::coro<> in_sequence() {
  const int two = co_await add_one_later(1);
  const int three = co_await add_one_later(two);
  say(std::to_string(two) + ", " + std::to_string(three));
}

rill::coro<> greet() {
  say("hello");
  co_await rill::sleep(1s);
  say("world");
}

rill::coro<int> innermost() { co_return co_await delay(1); }
rill::coro<int> middle() {
  const int inner = co_await innermost();
  const int own = co_await delay(1);
  co_return inner + own;
}

rill::coro<> one_task() {
  const rill::task<int> sleeper = rill::create_task(delay(3), {.name = "sleeper"});
  say(std::string(sleeper.name()) + " is made, and has not begun");
  const int result = co_await sleeper;
  say("result " + std::to_string(result));
}

rill::coro<> three_tasks() {
  std::vector<rill::task<int>> sleepers;
  for (int i = 0; i < 3; ++i) sleepers.push_back(rill::create_task(delay(3)));
  for (const rill::task<int>& each : sleepers) co_await each;
  say("all three in the time of one");
}

rill::coro<> meanwhile() {
  const rill::task<int> one = rill::create_task(delay(4));
  const rill::task<int> two = rill::create_task(delay(4));
  for (int i = 0; i < 3; ++i) {
    co_await rill::sleep(1s);
    say("other code runs while the tasks wait");
  }
  co_await one;
  co_await two;
}

// A future is a value that somebody will set.
rill::coro<> futures() {
  const rill::future<int> value = rill::create_future<int>();
  say(value.done() ? "done" : "not done");
  const auto fulfil = [](rill::future<int> promised) -> rill::coro<> {
    co_await rill::sleep(1s);
    promised.set_result(42);
  };
  rill::create_task(fulfil, value).detach();
  const int given = co_await value;
  say("done, and the value is " + std::to_string(given));
  try {
    value.set_result(43);
  } catch (const rill::invalid_state_error&) {
    say("a second value is refused");
  }
}

rill::coro<> recipe() {
  co_await function_and_coroutine();
  co_await in_sequence();
  co_await greet();
  const int sum = co_await middle();
  say("the chain gives " + std::to_string(sum));
  co_await one_task();
  co_await three_tasks();
  co_await meanwhile();
  co_await futures();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
