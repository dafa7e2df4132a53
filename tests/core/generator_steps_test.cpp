// SPDX-License-Identifier: BSL-1.0
//
// Who may step an async generator: one at a time, on one loop, and no scope of the body around a
// yield.
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "rill/core/async_generator.hpp"
#include "rill/core/cancel_scope.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
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

}  // namespace

RILL_TEST_CASE("two steps at once: the second throws, the first goes on", "[generator]") {
  async_generator<int> numbers = counting_slowly(2);
  const auto step = [](async_generator<int>& of) -> coro<int> {
    const auto item = co_await of.next();
    co_return item.value_or(-1);
  };
  const task<int> first = create_task(step(numbers));
  const task<int> second = create_task(step(numbers));
  const auto throws = [](async_generator<int>& into) -> coro<> {
    co_await into.throw_in(std::make_exception_ptr(1));
  };
  const auto closes = [](async_generator<int>& of) -> coro<> { co_await of.aclose(); };
  const task<> third = create_task(throws(numbers));
  const task<> fourth = create_task(closes(numbers));
  co_await rill::sleep(2s);
  CHECK(first.result() == 1);
  CHECK_THROWS_WITH(second.result(), Contains("serves one task at a time"));
  CHECK_THROWS_AS(third.result(), rill::usage_error);
  CHECK_THROWS_AS(fourth.result(), rill::usage_error);
  const auto next = co_await numbers.next();
  CHECK(next == 2);
}

RILL_TEST_CASE("a generator that steps itself is told", "[generator]") {
  const auto body = [](async_generator<int>*& self) -> async_generator<int> {
    co_yield 1;
    const auto item = co_await self->next();
    co_yield item.value_or(-1);
  };
  async_generator<int>* self = nullptr;
  async_generator<int> numbers = body(self);
  self = &numbers;
  const auto first = co_await numbers.next();
  CHECK(first == 1);
  bool told = false;
  try {
    const auto second = co_await numbers.next();
    CHECK(second == -1);
  } catch (const rill::usage_error&) {
    told = true;
  }
  CHECK(told);
}

RILL_TEST_CASE("co_yield inside a scope of the generator is refused", "[generator]") {
  const auto in_scope = []() -> async_generator<int> {
    const rill::cancel_scope scope;
    co_yield 1;
  };
  const auto step = [](async_generator<int> of) -> coro<std::string> {
    std::string text;
    try {
      const auto item = co_await of.next();
      if (item) text = "yielded";
    } catch (const rill::usage_error& error) {
      text = error.what();
    }
    co_return text;
  };
  const std::string scope_text = co_await step(in_scope());
  CHECK_THAT(scope_text, Contains("whoever iterates"));
}

RILL_TEST_CASE("steps from different scopes of the consumer are fine", "[generator]") {
  async_generator<int> numbers = counting(3);
  const auto first = co_await numbers.next();
  {
    const rill::cancel_scope scope;
    const auto second = co_await numbers.next();
    CHECK(second == 2);
  }
  const auto third = co_await numbers.next();
  CHECK(first == 1);
  CHECK(third == 3);
}

RILL_TEST_CASE("one generator, one task after the other", "[generator]") {
  async_generator<int> numbers = counting_slowly(4);
  const auto two = [](async_generator<int>& of) -> coro<int> {
    const auto first = co_await of.next();
    const auto second = co_await of.next();
    co_return 10 * first.value_or(0) + second.value_or(0);
  };
  const task<int> here = create_task(two(numbers));
  const int one = co_await here;
  const task<int> there = create_task(two(numbers));
  const int other = co_await there;
  CHECK(one == 12);
  CHECK(other == 34);
}

RILL_TEST_CASE("a generator may be moved, also at a step", "[generator]") {
  async_generator<int> numbers = counting_slowly(2);
  const auto run = [](async_generator<int>& of) -> coro<int> {
    const auto item = co_await of.next();
    co_return item.value_or(-1);
  };
  const task<int> first = create_task(run(numbers));
  co_await let_run();
  async_generator<int> moved = std::move(numbers);
  const int one = co_await first;
  const auto two = co_await moved.next();
  const auto end = co_await moved.next();
  CHECK(one == 1);
  CHECK(two == 2);
  CHECK_FALSE(end);
}

TEST_CASE("a generator belongs to the loop of its first step", "[generator]") {
  async_generator<int> numbers = counting(3);
  const auto step = [](async_generator<int>& of) -> coro<int> {
    const auto item = co_await of.next();
    co_return item.value_or(-1);
  };
  rill::testing::step_loop one;
  const task<int> first = one.loop().create_task(step(numbers));
  one.settle();
  CHECK(first.result() == 1);
  rill::testing::step_loop other;
  const task<int> second = other.loop().create_task(step(numbers));
  other.settle();
  CHECK_THROWS_WITH(second.result(), Contains("another event loop"));
  const task<int> third = one.loop().create_task(step(numbers));
  one.settle();
  CHECK(third.result() == 2);
}

namespace {

struct fire_and_forget {
  struct promise_type {
    fire_and_forget get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};
fire_and_forget iterate(async_generator<int>& numbers, std::vector<int>& got, bool& refused) {
  try {
    while (auto number = co_await numbers.next()) got.push_back(*number);
  } catch (const rill::usage_error&) {
    refused = true;
  }
}

}  // namespace

RILL_TEST_CASE("coroutines that are not rill's step generators too", "[generator]") {
  async_generator<int> slow = counting_slowly(2);
  async_generator<int> quick = counting(2);
  std::vector<int> from_slow;
  std::vector<int> from_quick;
  bool refused = false;
  bool second_refused = false;
  iterate(slow, from_slow, refused);
  iterate(slow, from_slow, second_refused);
  iterate(quick, from_quick, refused);
  co_await rill::sleep(5s);
  CHECK(from_slow == std::vector<int>{1, 2});
  CHECK(from_quick == std::vector<int>{1, 2});
  CHECK_FALSE(refused);
  CHECK(second_refused);
}

namespace {

/// Its moves fail when they are told to.
struct brittle {
  brittle() = default;
  brittle(brittle&& other) : fails(other.fails) {
    if (*fails) throw std::string("does not move");
  }
  brittle& operator=(brittle&&) = default;
  ~brittle() = default;
  bool* fails = nullptr;
};

async_generator<int, brittle> takes_brittle() {
  for (int i = 1;; ++i) co_yield i;
}

}  // namespace

RILL_TEST_CASE("a value that cannot be moved in leaves the generator as it was", "[generator]") {
  bool fails = false;
  brittle value;
  value.fails = &fails;
  async_generator<int, brittle> numbers = takes_brittle();
  const auto first = co_await numbers.next();
  bool failed = false;
  try {
    auto step = numbers.send(std::move(value));
    fails = true;
    const auto second = co_await step;
    CHECK_FALSE(second);
  } catch (const std::string&) {
    failed = true;
  }
  fails = false;
  const auto next = co_await numbers.next();
  CHECK(failed);
  CHECK(first == 1);
  CHECK(next == 2);
  co_await numbers.aclose();
}

RILL_TEST_CASE("no exception to throw in is an error", "[generator]") {
  async_generator<int> numbers = counting(1);
  CHECK_THROWS_AS(numbers.throw_in(nullptr), rill::usage_error);
  co_return;
}

namespace {

async_generator<int> with_scope() {
  {
    const rill::cancel_scope scope;
    co_await rill::sleep(1s);
  }
  co_yield 1;
}

}  // namespace

RILL_TEST_CASE("a scope in a body that is not stepped by a task of rill's", "[generator]") {
  async_generator<int> slow = with_scope();
  std::vector<int> got;
  bool refused = false;
  {
    const rill::cancel_scope mine;
    iterate(slow, got, refused);  // begins inside this task, and has a stand-in of its own
  }
  co_await rill::sleep(5s);
  CHECK(got == std::vector<int>{1});
  CHECK_FALSE(refused);
}
