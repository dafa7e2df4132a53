// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/core/task.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "rill/testing/virtual_clock.hpp"
#include "support/coroutine_case.hpp"
#include "support/witness.hpp"

using namespace std::chrono_literals;
using rill::any_task;
using rill::coro;
using rill::create_task;
using rill::task;
using rill::testing::step_loop;
using rill::testing::take_reports;
using rill_test::witness;

static_assert(std::is_base_of_v<rill::future<int>, task<int>>);
static_assert(std::is_copy_constructible_v<task<int>>);

namespace {

coro<int> give_later(int value) {
  co_await rill::yield();
  co_return value;
}
coro<std::unique_ptr<int>> give_owned(int value) { co_return std::make_unique<int>(value); }
coro<> fail_later(const char* text) {
  co_await rill::yield();
  throw std::runtime_error(text);
}
coro<int> with_local(int& alive) {
  const witness local(alive);
  co_await rill::yield();
  co_return 1;
}

}  // namespace

RILL_TEST_CASE("awaiting a task gives a reference, or moves the value out", "[task]") {
  task<std::unique_ptr<int>> owner = create_task(give_owned(6));
  const std::unique_ptr<int>& seen = co_await owner;
  CHECK(*seen == 6);
  const std::unique_ptr<int> taken = co_await std::move(owner);
  CHECK(*taken == 6);
}

RILL_TEST_CASE("the frame is destroyed as soon as the coroutine ends", "[task]") {
  int alive = 0;
  const task<int> kept = create_task(with_local(alive));
  co_await rill::yield();
  CHECK(alive == 1);
  co_await rill::yield();
  CHECK(kept.done());
  CHECK(alive == 0);
  CHECK(kept.result() == 1);
}

RILL_TEST_CASE("arguments are released although the handle is kept", "[task]") {
  int alive = 0;
  const auto hold = [](witness held) -> coro<bool> { co_return held.holds(); };
  const task<bool> kept = create_task(hold, witness(alive));
  const bool held = co_await kept;
  CHECK(held);
  CHECK(alive == 0);
}

RILL_TEST_CASE("dropping a handle neither cancels nor destroys", "[task]") {
  bool ended = false;
  {
    const task<> dropped = create_task(
        [](bool& flag) -> coro<> {
          co_await rill::sleep(1s);
          flag = true;
        },
        std::ref(ended));
  }
  co_await rill::sleep(2s);
  CHECK(ended);
}

RILL_TEST_CASE("awaiting a task again gives the same result", "[task]") {
  const task<int> number = create_task(give_later(7));
  const int first = co_await number;
  const int second = co_await number;
  CHECK(first == 7);
  CHECK(second == 7);
  CHECK(number.result() == 7);
}

RILL_TEST_CASE("a task that awaits itself gets an error [35]", "[task]") {
  task<> narcissus;
  const auto await_handle = [](task<>& handle) -> coro<> { co_await handle; };
  narcissus = create_task(await_handle, std::ref(narcissus));
  bool refused = false;
  try {
    co_await narcissus;
  } catch (const rill::usage_error& error) {
    refused = std::string(error.what()).find("cannot await itself") != std::string::npos;
  }
  CHECK(refused);
}

RILL_TEST_CASE("the current task is the one that runs", "[task]") {
  const auto myself = []() -> coro<std::uint64_t> {
    co_await rill::yield();
    const any_task me = rill::current_task();
    co_return me.id();
  };
  const task<std::uint64_t> first = create_task(myself);
  const task<std::uint64_t> second = create_task(myself);
  const std::uint64_t first_id = co_await first;
  const std::uint64_t second_id = co_await second;
  CHECK(first_id == first.id());
  CHECK(second_id == second.id());
}

TEST_CASE("outside of tasks there is no current task", "[task]") {
  CHECK_THROWS_AS(rill::current_task(), rill::usage_error);
  CHECK_THROWS_AS(rill::all_tasks(), rill::usage_error);
  step_loop steps;
  CHECK_THROWS_AS(steps.in_loop([] { return rill::current_task(); }), rill::usage_error);
  CHECK(steps.in_loop([] { return rill::all_tasks().size(); }) == 0);
}

RILL_TEST_CASE("all tasks are those that are not done, in the order made", "[task]") {
  const any_task self = rill::current_task();
  const task<int> first = create_task(give_later(1));
  const task<int> second = create_task(give_later(2));
  CHECK(rill::all_tasks() == std::vector<any_task>{self, first, second});
  co_await first;
  CHECK(rill::all_tasks().front() == self);
  co_await second;
  CHECK(rill::all_tasks() == std::vector<any_task>{self});
}

RILL_TEST_CASE("a failure without a handle is reported when the task ends", "[task]") {
  create_task(fail_later("unseen"), {.name = "careless"}).detach();
  co_await rill::yield();
  CHECK(take_reports().empty());
  co_await rill::yield();
  const std::vector<std::string> reports = take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(reports[0] == "rill: task 'careless' failed and nobody has looked at it: unseen");
}

RILL_TEST_CASE("a failure with a handle is reported when the last one goes", "[task]") {
  {
    const task<> kept = create_task(fail_later("late"));
    co_await rill::sleep(1s);
    CHECK(kept.done());
    CHECK(take_reports().empty());
    const any_task copy = kept;
    static_cast<void>(copy);
  }
  CHECK(take_reports().size() == 1);
}

RILL_TEST_CASE("a failure of a task that was looked at is not reported", "[task]") {
  {
    const task<> awaited = create_task(fail_later("awaited"));
    CHECK_THROWS_AS(awaited.exception(), rill::invalid_state_error);
    try {
      co_await awaited;
    } catch (const std::runtime_error&) {
      CHECK(awaited.done());
    }
    const task<> asked = create_task(fail_later("asked"));
    co_await rill::sleep(1s);
    CHECK(asked.exception() != nullptr);
    const task<> cancelled = create_task(fail_later("cancelled"));
    cancelled.cancel();
    co_await rill::sleep(1s);
  }
  CHECK(take_reports().empty());
}

RILL_TEST_CASE("a failure is reported if its waiter was given up before", "[task]") {
  const auto wait = [](task<> awaited) -> coro<> { co_await awaited; };
  task<> failing = create_task([]() -> coro<> {
    try {
      co_await rill::sleep(1h);
    } catch (const rill::cancelled_error&) {
      throw std::runtime_error("in the clean-up");
    }
  });
  const task<> waiter = create_task(wait, std::move(failing));
  co_await rill::yield();
  co_await rill::yield();
  waiter.cancel();
  std::string text;
  try {
    co_await waiter;
  } catch (const std::runtime_error& error) {
    text = error.what();
  }
  CHECK(text == "in the clean-up");
  CHECK(take_reports().empty());
}

RILL_TEST_CASE("anything thrown is an error of the task", "[task]") {
  const task<> odd = create_task([]() -> coro<> {
    co_await rill::yield();
    throw 42;
  });
  int caught = 0;
  try {
    co_await odd;
  } catch (int value) {
    caught = value;
  }
  CHECK(caught == 42);
  CHECK(!odd.cancelled());
}

RILL_TEST_CASE("many tasks may await one", "[task]") {
  const task<int> number = create_task(give_later(3));
  const auto take = [](const task<int>& awaited) -> coro<int> {
    const int value = co_await awaited;
    co_return value;
  };
  std::vector<task<int>> waiters;
  for (int i = 0; i < 10; ++i) waiters.push_back(create_task(take, number));
  int sum = 0;
  for (const task<int>& waiter : waiters) {
    const int value = co_await waiter;
    sum += value;
  }
  CHECK(sum == 30);
}

TEST_CASE("tasks that have not ended are destroyed with the loop", "[task]") {
  int alive = 0;
  task<int> handle;
  {
    step_loop steps;
    handle = steps.loop().create_task([&alive]() -> coro<int> {
      const witness local(alive);
      co_await rill::sleep(1h);
      co_return 1;
    });
    steps.turn();
    CHECK(alive == 1);
  }
  CHECK(alive == 0);
  CHECK(handle.done());
  CHECK(handle.cancelled());
  CHECK(!handle.cancel());
  CHECK_THROWS_AS(handle.result(), rill::cancelled_error);
}

TEST_CASE("a chain of tasks is destroyed with the loop", "[task]") {
  step_loop steps;
  int alive = 0;
  const auto leaf = [](int& count) -> coro<> {
    const witness local(count);
    co_await rill::sleep(1h);
  };
  const auto outer = [leaf](int& count) -> coro<> {
    const witness local(count);
    const task<> inner = create_task(leaf, std::ref(count));
    co_await inner;
  };
  const task<> first = steps.loop().create_task(outer, std::ref(alive));
  steps.settle();
  CHECK(alive == 2);
  steps.loop().close();
  CHECK(alive == 0);
  CHECK(first.cancelled());
}

RILL_TEST_CASE("an empty any_task handle is false", "[task]") {
  const any_task none;
  CHECK(!static_cast<bool>(none));
  const any_task self = rill::current_task();
  CHECK(static_cast<bool>(self));
  co_await rill::yield();
  CHECK(self == rill::current_task());
}
