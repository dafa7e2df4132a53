// SPDX-License-Identifier: BSL-1.0
// The pieces of docs/guide/01-first-steps.md.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>

#include "rill/rill.hpp"

namespace {

using namespace std::chrono_literals;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("first steps: %s\n", what);
  std::exit(1);
}

// [coroutine]
rill::coro<int> add_slowly(int a, int b) {
  co_await rill::sleep(5ms);
  co_return a + b;
}
// [/coroutine]

rill::coro<> awaiting() {
  // [await]
  const int sum = co_await add_slowly(1, 2);  // runs it here and now, and waits for its value
  // [/await]
  expect(sum == 3, "sum");
}

rill::coro<> tasks() {
  // [tasks]
  auto one = rill::create_task(add_slowly(1, 2));  // both are under way from here on
  auto two = rill::create_task(add_slowly(3, 4));
  const int first = co_await one;
  const int second = co_await std::move(two);  // moves the result out of the task
  // [/tasks]
  expect(first + second == 10, "tasks");
}

rill::coro<> lambdas() {
  // [callable]
  const std::string greeting = "hello";
  auto shout = [greeting](int times) -> rill::coro<std::string> {
    std::string text;
    for (int i = 0; i < times; ++i) {
      co_await rill::yield();
      text += greeting;
    }
    co_return text;
  };
  auto task = rill::create_task(shout, 2);  // the task keeps the lambda and the argument
  const std::string text = co_await task;
  // [/callable]
  expect(text == "hellohello", "callable");
}

// [patient]
rill::coro<std::string> patient() {
  try {
    co_await rill::sleep(1h);
  } catch (const rill::cancelled_error&) {
    std::puts("cleaning up");
    throw;  // whoever catches a cancellation passes it on
  }
  co_return "done";
}
// [/patient]

rill::coro<> cancelling() {
  // [cancel]
  auto task = rill::create_task(patient());
  co_await rill::yield();  // let it begin
  task.cancel("no time left");
  std::string reason;
  try {
    co_await task;
  } catch (const rill::cancelled_error& cancelled) {
    reason = cancelled.reason();
  }
  // [/cancel]
  expect(reason == "no time left", "cancel");
}

rill::coro<> failing() {
  co_await rill::yield();
  throw std::runtime_error("out of luck");
}

rill::coro<> errors() {
  // [errors]
  std::string message;
  try {
    co_await failing();
  } catch (const std::runtime_error& error) {
    message = error.what();
  }
  // [/errors]
  expect(message == "out of luck", "errors");
}

rill::coro<> futures() {
  // [future]
  auto answer = rill::create_future<int>();
  rill::event_loop::running().call_later(1ms, [answer] { answer.set_result(42); });
  const int value = co_await answer;
  // [/future]
  expect(value == 42, "future");
}

rill::coro<int> all() {
  co_await awaiting();
  co_await tasks();
  co_await lambdas();
  co_await cancelling();
  co_await errors();
  co_await futures();
  co_return 0;
}

}  // namespace

// [main]
int main() { return rill::run(all()); }
// [/main]
