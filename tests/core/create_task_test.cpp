// SPDX-License-Identifier: BSL-1.0
#include "rill/core/create_task.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rill/core/yield.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/witness.hpp"

using rill::coro;
using rill::create_task;
using rill::testing::step_loop;
using rill_test::witness;

namespace {

coro<> note(std::vector<int>& log, int number) {
  log.push_back(number);
  co_return;
}

coro<std::string> join(std::string left, const std::string& right) {
  co_await rill::yield();
  co_return left + right;
}

coro<int> give(int value) { co_return value; }

// Not inside the case: GCC 12.2 crashes on local classes of coroutines in some templates.
class adder {
 public:
  explicit adder(int base) noexcept : base_(base) {}
  coro<int> add(int value) const {
    co_await rill::yield();
    co_return base_ + value;
  }

 private:
  int base_;
};

}  // namespace

RILL_TEST_CASE("the first step is queued, never run in place", "[create_task]") {
  std::vector<int> log;
  const rill::task<> task = create_task(note(log, 1));
  CHECK(log.empty());
  CHECK(!task.done());
  co_await task;
  CHECK(log == std::vector<int>{1});
}

namespace {

constexpr rill::task_options eagerly{.eager_start = true};

coro<int> look_around(rill::any_task& seen, bool& listed) {
  seen = rill::current_task();
  for (const rill::any_task& task : rill::all_tasks()) listed = listed || task == seen;
  co_await rill::yield();
  co_return 7;
}

coro<int> fail_at_once() {
  throw std::runtime_error("at once");
  co_return 0;
}

coro<int> nest(int depth, int& deepest) {
  if (depth > deepest) deepest = depth;
  if (depth == 10'000) co_return depth;
  auto child = create_task(nest(depth + 1, deepest), eagerly);
  const int below = co_await child;
  co_return below;
}

}  // namespace

RILL_TEST_CASE("an eager task that does not suspend is done at once [46]", "[create_task]") {
  std::vector<int> log;
  const rill::task<> noting = create_task(note(log, 1), eagerly);
  CHECK(noting.done());
  CHECK(log == std::vector<int>{1});
  auto giving = create_task(eagerly, give, 5);
  CHECK(giving.done());
  CHECK(!giving.cancel());
  const int value = co_await giving;
  CHECK(value == 5);
  auto failing = create_task(fail_at_once(), eagerly);
  CHECK(failing.done());
  CHECK_THROWS_AS(failing.result(), std::runtime_error);
}

RILL_TEST_CASE("an eager task runs as itself until it suspends, then as others do",
               "[create_task]") {
  const rill::any_task self = rill::current_task();
  rill::any_task seen;
  bool listed = false;
  auto task = create_task(look_around(seen, listed), eagerly);
  CHECK(seen == task);
  CHECK(listed);
  CHECK(rill::current_task() == self);
  CHECK(!task.done());
  CHECK(rill::all_tasks().size() == 2);
  const int value = co_await task;
  CHECK(value == 7);
  CHECK(rill::all_tasks().size() == 1);
}

RILL_TEST_CASE("an eager task is cancelled as others are once it has suspended", "[create_task]") {
  rill::any_task seen;
  bool listed = false;
  auto task = create_task(look_around(seen, listed), eagerly);
  CHECK(task.cancel("enough"));
  std::string reason;
  try {
    co_await task;
  } catch (const rill::cancelled_error& error) {
    reason = error.reason();
  }
  CHECK(task.cancelled());
  CHECK(reason == "enough");
}

RILL_TEST_CASE("eager tasks that make eager tasks do not overflow the stack", "[create_task]") {
  int deepest = 0;
  auto task = create_task(nest(0, deepest), eagerly);
  CHECK(deepest < 10'000);  // the rest is queued
  const int depth = co_await task;
  CHECK(depth == 10'000);
}

TEST_CASE("an eager task on a loop that does not run is queued", "[create_task]") {
  step_loop steps;
  std::vector<int> log;
  const rill::task<> task = steps.loop().create_task(note(log, 1), eagerly);
  CHECK(log.empty());
  steps.turn();
  CHECK(task.done());
  CHECK(log == std::vector<int>{1});
}

RILL_TEST_CASE("tasks start in the order made", "[create_task]") {
  std::vector<int> log;
  std::vector<rill::task<>> tasks;
  for (int i = 0; i < 100; ++i) tasks.push_back(create_task(note(log, i)));
  for (const rill::task<>& task : tasks) co_await task;
  REQUIRE(log.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(log[static_cast<std::size_t>(i)] == i);
}

RILL_TEST_CASE("tasks have names, given or made", "[create_task]") {
  const rill::task<int> named = create_task(give(1), {.name = "the answer"});
  const rill::task<int> unnamed = create_task(give(2));
  const rill::task<int> called = create_task(rill::task_options{.name = "called"}, give, 3);
  CHECK(named.name() == "the answer");
  CHECK(unnamed.name().starts_with("task-"));
  CHECK(called.name() == "called");
  named.set_name("renamed");
  CHECK(named.name() == "renamed");
  CHECK(named.id() != unnamed.id());
  co_await named;
  co_await unnamed;
  co_await called;
}

RILL_TEST_CASE("a capturing lambda lives in its task", "[create_task]") {
  int alive = 0;
  rill::task<int> task;
  {
    const witness held(alive);
    task = create_task([held, number = 41]() -> coro<int> {
      co_await rill::yield();
      co_return held.holds() ? number + 1 : 0;
    });
  }
  CHECK(alive == 1);
  const int value = co_await task;
  CHECK(value == 42);
  CHECK(alive == 0);
}

RILL_TEST_CASE("arguments are copied into the task", "[create_task]") {
  rill::task<std::string> task;
  {
    const std::string left(100, 'l');
    std::string right(100, 'r');
    task = create_task(join, left, right);
    right = "changed";
  }
  const std::string text = co_await task;
  CHECK(text == std::string(100, 'l') + std::string(100, 'r'));
}

RILL_TEST_CASE("arguments of a call live until the coroutine has ended", "[create_task]") {
  int alive = 0;
  const auto look = [](const witness& held) -> coro<bool> {
    co_await rill::yield();
    co_return held.holds();
  };
  const rill::task<bool> task = create_task(look, witness(alive));
  CHECK(alive == 1);
  const bool held = co_await task;
  CHECK(held);
  CHECK(alive == 0);
}

RILL_TEST_CASE("std::ref passes a reference, move-only arguments are moved", "[create_task]") {
  int counter = 0;
  const auto add = [](int& sum, std::unique_ptr<int> amount) -> coro<> {
    co_await rill::yield();
    sum += *amount;
  };
  const rill::task<> task = create_task(add, std::ref(counter), std::make_unique<int>(5));
  co_await task;
  CHECK(counter == 5);
}

RILL_TEST_CASE("a member function can be called with its object", "[create_task]") {
  const rill::task<int> task = create_task(&adder::add, adder(40), 2);
  const int sum = co_await task;
  CHECK(sum == 42);
}

TEST_CASE("outside a loop create_task says what to do", "[create_task]") {
  std::string text;
  try {
    create_task(give(1)).detach();
  } catch (const rill::usage_error& error) {
    text = error.what();
  }
  CHECK(text.find("no event loop runs in this thread") != std::string::npos);
}

RILL_TEST_CASE("a coroutine that was awaited makes no task", "[create_task]") {
  coro<int> used = give(1);
  const int value = co_await std::move(used);
  CHECK(value == 1);
  CHECK_THROWS_AS(create_task(std::move(used)), rill::usage_error);  // NOLINT: used on purpose
  CHECK_THROWS_AS(create_task(coro<int>()), rill::usage_error);
}

RILL_TEST_CASE("a callable that throws makes no task and is destroyed", "[create_task]") {
  int alive = 0;
  const auto refuse = [](const witness&) -> coro<> { throw std::runtime_error("refused"); };
  CHECK_THROWS_AS(create_task(refuse, witness(alive)), std::runtime_error);
  CHECK(alive == 0);
  co_return;
}

TEST_CASE("a task that never began is destroyed with its loop", "[create_task]") {
  int alive = 0;
  rill::task<bool> task;
  {
    step_loop steps;
    const auto look = [](witness held) -> coro<bool> { co_return held.holds(); };
    task = steps.loop().create_task(look, witness(alive));
    CHECK(alive == 1);
  }
  CHECK(alive == 0);
  CHECK(task.cancelled());
}
