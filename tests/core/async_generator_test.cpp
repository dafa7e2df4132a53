// SPDX-License-Identifier: BSL-1.0
//
// What a generator gives and takes. Who may step it is in generator_steps_test.cpp, what becomes of
// one that is left half-way in generator_end_test.cpp.
#include "rill/core/async_generator.hpp"

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/combinators/wait_for.hpp"
#include "rill/core/call_graph.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/allocation_counter.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using Catch::Contains;
using rill::async_generator;
using rill::coro;
using rill::create_task;
using rill::task;
using rill_test::let_run;

namespace {

async_generator<int> counting(int to) {
  for (int i = 1; i <= to; ++i) co_yield i;
}
async_generator<int> counting_slowly(int to) {
  for (int i = 1; i <= to; ++i) {
    co_await rill::sleep(1s);
    co_yield i;
  }
}
async_generator<int> failing_after(int to) {
  for (int i = 1; i <= to; ++i) co_yield i;
  co_await rill::yield();
  throw std::runtime_error("no more");
}
async_generator<std::string, int> rounding() {
  std::string answer = "ready";
  while (true) {
    const std::optional<int> sent = co_yield std::move(answer);
    if (sent && *sent < 0) co_return;
    answer = sent ? "got " + std::to_string(*sent) : std::string("nothing");
  }
}

}  // namespace

RILL_TEST_CASE("items come one by one, and every step behind the end says so", "[generator]") {
  async_generator<int> numbers = counting(3);
  std::vector<int> got;
  while (auto number = co_await numbers.next()) got.push_back(*number);
  CHECK(got == std::vector<int>{1, 2, 3});
  CHECK_FALSE(numbers);
  const auto behind = co_await numbers.next();
  CHECK_FALSE(behind);
  co_await numbers.aclose();
  const auto thrown = co_await numbers.throw_in(std::make_exception_ptr(1));
  CHECK_FALSE(thrown);
}

RILL_TEST_CASE("nothing runs before the first step, nor between steps", "[generator]") {
  std::string log;
  const auto body = [](std::string& to) -> async_generator<int> {
    to += "a";
    co_yield 1;
    to += "b";
    co_yield 2;
    to += "c";
  };
  async_generator<int> numbers = body(log);
  co_await let_run();
  CHECK(log.empty());
  const auto first = co_await numbers.next();
  co_await let_run();
  CHECK(first == 1);
  CHECK(log == "a");
  const auto second = co_await numbers.next();
  const auto end = co_await numbers.next();
  CHECK(second == 2);
  CHECK_FALSE(end);
  CHECK(log == "abc");
}

RILL_TEST_CASE("a body that awaits between its yields takes its time", "[generator]") {
  async_generator<int> numbers = counting_slowly(3);
  const rill::time_point before = rill::loop_clock::now();
  int sum = 0;
  while (auto number = co_await numbers.next()) sum += *number;
  CHECK(sum == 6);
  CHECK(rill::loop_clock::now() == before + 3s);
}

RILL_TEST_CASE("references, move-only items, and nothing at all are yielded", "[generator]") {
  std::vector<int> store{1, 2};
  const auto each = [](std::vector<int>& of) -> async_generator<int&> {
    for (int& item : of) co_yield item;
  };
  async_generator<int&> references = each(store);
  while (int* const item = co_await references.next()) *item += 10;
  CHECK(store == std::vector<int>{11, 12});

  const auto owners = []() -> async_generator<std::unique_ptr<int>> {
    co_yield std::make_unique<int>(4);
    std::unique_ptr<int> named = std::make_unique<int>(5);
    co_yield std::move(named);
  };
  async_generator<std::unique_ptr<int>> pointers = owners();
  const auto first = co_await pointers.next();
  const auto second = co_await pointers.next();
  CHECK(**first == 4);
  CHECK(**second == 5);

  const auto ticks = []() -> async_generator<void> {
    co_yield nullptr;
    co_yield nullptr;
  };
  async_generator<void> ticking = ticks();
  int count = 0;
  while (const bool ticked = co_await ticking.next()) count += ticked ? 1 : 0;
  CHECK(count == 2);
}

RILL_TEST_CASE("what is sent is what co_yield gives", "[generator]") {
  async_generator<std::string, int> two_way = rounding();
  const auto ready = co_await two_way.next();
  const auto seven = co_await two_way.send(7);
  const auto nothing = co_await two_way.next();
  const auto end = co_await two_way.send(-1);
  const auto behind = co_await two_way.send(8);
  CHECK(ready == "ready");
  CHECK(seven == "got 7");
  CHECK(nothing == "nothing");
  CHECK_FALSE(end);
  CHECK_FALSE(behind);
}

RILL_TEST_CASE("the first step must carry nothing", "[generator]") {
  async_generator<std::string, int> two_way = rounding();
  std::string text;
  try {
    const auto answer = co_await two_way.send(7);
    text = answer ? *answer : "end";
  } catch (const rill::usage_error& error) {
    text = error.what();
  }
  CHECK_THAT(text, Contains("call next() first"));
  const auto ready = co_await two_way.next();
  CHECK(ready == "ready");
}

RILL_TEST_CASE("an error of the body comes out once and ends the generator", "[generator]") {
  async_generator<int> numbers = failing_after(1);
  const auto first = co_await numbers.next();
  CHECK(first == 1);
  std::string text;
  try {
    const auto second = co_await numbers.next();
    CHECK(second == -1);
  } catch (const std::runtime_error& error) {
    text = error.what();
  }
  CHECK(text == "no more");
  const auto behind = co_await numbers.next();
  CHECK_FALSE(behind);
}

RILL_TEST_CASE("an exception thrown in is handled, or ends the generator", "[generator]") {
  const auto tolerant = []() -> async_generator<int> {
    bool again = true;
    int next = 1;
    while (again) {
      again = false;
      try {
        co_yield next;
      } catch (const std::runtime_error&) {
        again = true;
        next = 100;
      }
    }
  };
  async_generator<int> numbers = tolerant();
  const auto first = co_await numbers.next();
  const auto second =
      co_await numbers.throw_in(std::make_exception_ptr(std::runtime_error("handled")));
  CHECK(first == 1);
  CHECK(second == 100);
  bool came_out = false;
  try {
    const auto third = co_await numbers.throw_in(std::make_exception_ptr(std::string("other")));
    CHECK_FALSE(third);
  } catch (const std::string&) {
    came_out = true;
  }
  CHECK(came_out);
  const auto behind = co_await numbers.next();
  CHECK_FALSE(behind);
}

RILL_TEST_CASE("thrown into one that has not begun, it comes out at once", "[generator]") {
  bool ran = false;
  const auto body = [](bool& flag) -> async_generator<int> {
    flag = true;
    co_yield 1;
  };
  async_generator<int> numbers = body(ran);
  bool came_out = false;
  try {
    const auto item = co_await numbers.throw_in(std::make_exception_ptr(7));
    CHECK_FALSE(item);
  } catch (int) {
    came_out = true;
  }
  const auto behind = co_await numbers.next();
  CHECK(came_out);
  CHECK_FALSE(behind);
  CHECK_FALSE(ran);
}

RILL_TEST_CASE("a cancellation strikes in the body, and ends the generator", "[generator]") {
  std::string log;
  const auto body = [](std::string& to) -> async_generator<int> {
    try {
      co_yield 1;
      co_await rill::sleep(1h);
    } catch (const rill::cancelled_error&) {
      to += "cancelled";
      throw;
    }
  };
  async_generator<int> numbers = body(log);
  const auto run = [](async_generator<int>& of) -> coro<> {
    while (auto item = co_await of.next()) static_cast<void>(*item);
  };
  const task<> iterating = create_task(run(numbers));
  co_await let_run();
  iterating.cancel();
  co_await let_run();
  CHECK(iterating.cancelled());
  CHECK(log == "cancelled");
  const auto behind = co_await numbers.next();
  CHECK_FALSE(behind);
}

RILL_TEST_CASE("a limit around a step that passes ends the generator", "[generator]") {
  async_generator<int> numbers = counting_slowly(3);
  bool timed_out = false;
  try {
    const auto item = co_await rill::wait_for(numbers.next(), 500ms);
    CHECK(item == -1);
  } catch (const rill::timeout_error&) {
    timed_out = true;
  }
  CHECK(timed_out);
  const auto behind = co_await numbers.next();
  CHECK_FALSE(behind);
}

RILL_TEST_CASE("a body that refuses a cancellation yields on", "[generator]") {
  const auto body = []() -> async_generator<int> {
    try {
      co_await rill::sleep(1h);
    } catch (const rill::cancelled_error&) {  // refused
    }
    co_yield 1;
  };
  async_generator<int> numbers = body();
  const auto run = [](async_generator<int>& of) -> coro<int> {
    const auto item = co_await of.next();
    co_return item.value_or(-1);
  };
  const task<int> iterating = create_task(run(numbers));
  co_await let_run();
  iterating.cancel();
  co_await let_run();
  CHECK(iterating.result() == 1);
  co_await numbers.aclose();
}

RILL_TEST_CASE("generators over generators, deeper than the stack", "[generator]") {
  struct chain {
    static async_generator<int> link(int depth) {
      if (depth == 0) {
        co_await rill::yield();
        co_yield 1;
        co_return;
      }
      async_generator<int> below = link(depth - 1);
      while (auto item = co_await below.next()) co_yield *item;
    }
  };
  async_generator<int> deep = chain::link(100'000);
  const auto item = co_await deep.next();
  const auto end = co_await deep.next();
  CHECK(item == 1);
  CHECK_FALSE(end);
}

RILL_TEST_CASE("a million items take no stack, and no memory", "[generator]") {
  async_generator<int> numbers = counting(1'000'000);
  const auto first = co_await numbers.next();
  const std::size_t before = rill_test::allocation_count();
  long long sum = *first;
  while (auto number = co_await numbers.next()) sum += *number;
  const std::size_t after = rill_test::allocation_count();
  CHECK(sum == 500'000'500'000);
  CHECK(after == before);
}

RILL_TEST_CASE("the call graph goes through a generator", "[generator]") {
  async_generator<int> numbers = counting_slowly(1);
  const auto run = [](async_generator<int>& of) -> coro<> {
    while (auto item = co_await of.next()) static_cast<void>(*item);
  };
  const task<> iterating = create_task(run(numbers));
  co_await let_run();
  const std::string graph = rill::format_call_graph(iterating);
  const auto frames = rill::call_chain(iterating);
  CHECK_THAT(graph, Contains("sleep"));
  CHECK(frames.size() == 2);
  co_await iterating;
}
