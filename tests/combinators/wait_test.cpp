// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/combinators/wait.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include "combinators/outcomes.hpp"
#include "rill/combinators/as_completed.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::return_when;
using rill::task;
using rill::time_point;
using rill::wait;
using rill::wait_options;
using rill_test::fails_after;
using rill_test::value_after;

namespace {

void cancel_all(const std::vector<task<int>>& tasks) {
  for (const task<int>& each : tasks) each.cancel();
}

}  // namespace

RILL_TEST_CASE("all, in the order given", "[wait]") {
  std::vector<task<int>> tasks;
  tasks.push_back(create_task(value_after(2s, 0)));
  tasks.push_back(create_task(value_after(1s, 1)));
  tasks.push_back(create_task(fails_after(1s)));
  auto [done, pending] = co_await wait(tasks);
  CHECK(done == tasks);
  CHECK(pending.empty());
  CHECK(rill::loop_clock::now() == time_point(2s));
  CHECK(done[2].exception() != nullptr);
}

RILL_TEST_CASE("the first to end, whatever its end [36]", "[wait]") {
  std::vector<task<int>> tasks;
  tasks.push_back(create_task(value_after(1h, 0)));
  tasks.push_back(create_task(value_after(1s, 1)));
  auto [done, pending] = co_await wait(tasks, {.until = return_when::first_completed});
  REQUIRE(done.size() == 1);
  CHECK(done[0].result() == 1);
  REQUIRE(pending.size() == 1);
  CHECK(!pending[0].done());
  CHECK(rill::loop_clock::now() == time_point(1s));
  cancel_all(tasks);
}

RILL_TEST_CASE("two that end in one turn are both done", "[wait]") {
  std::vector<task<int>> tasks;
  tasks.push_back(create_task(value_after(1s, 0)));
  tasks.push_back(create_task(value_after(1s, 1)));
  const auto sets = co_await wait(tasks, {.until = return_when::first_completed});
  CHECK(sets.done.size() == 2);
}

RILL_TEST_CASE("the first failure; a cancelled one is none [37]", "[wait]") {
  std::vector<task<int>> tasks;
  tasks.push_back(create_task(value_after(1h, 0)));
  tasks.push_back(create_task(fails_after(3s)));
  tasks.push_back(create_task(value_after(1s, 1)));
  tasks.push_back(create_task(value_after(1h, 2)));
  co_await rill::yield();
  tasks[3].cancel();
  auto [done, pending] = co_await wait(tasks, {.until = return_when::first_exception});
  CHECK(done.size() == 3);
  REQUIRE(pending.size() == 1);
  CHECK(pending[0] == tasks[0]);
  CHECK(rill::loop_clock::now() == time_point(3s));
  CHECK(tasks[1].exception() != nullptr);
  cancel_all(tasks);
}

RILL_TEST_CASE("a timeout throws nothing and cancels nothing", "[wait]") {
  std::vector<task<int>> tasks;
  tasks.push_back(create_task(value_after(1s, 0)));
  tasks.push_back(create_task(value_after(3s, 1)));
  auto [done, pending] = co_await wait(tasks, {.timeout = 2s});
  CHECK(done.size() == 1);
  CHECK(pending.size() == 1);
  CHECK(rill::loop_clock::now() == time_point(2s));
  const int later = co_await pending[0];
  CHECK(later == 1);
  const task<int> asleep = create_task(value_after(1h, 2));
  const std::vector<task<int>> one{asleep};
  const auto at_once = co_await wait(one, {.timeout = -1s});
  CHECK(at_once.pending.size() == 1);
  CHECK(rill::loop_clock::now() == time_point(3s));
  asleep.cancel();
}

RILL_TEST_CASE("nothing to wait for, and all done already", "[wait]") {
  const std::vector<task<>> none;
  const auto empty = co_await wait(none);
  CHECK(empty.done.empty());
  std::vector<task<int>> tasks;
  tasks.push_back(create_task(value_after(0s, 0)));
  co_await tasks[0];
  const auto sets = co_await wait(tasks, {.until = return_when::first_completed, .timeout = 1h});
  CHECK(sets.done.size() == 1);
  CHECK(rill::loop_clock::now() == time_point());
}

RILL_TEST_CASE("cancelling the waiter leaves the members alone", "[wait]") {
  std::vector<task<int>> tasks;
  tasks.push_back(create_task(value_after(2s, 5)));
  const auto body = [](const std::vector<task<int>>& all) -> coro<> {
    co_await wait(all, {.timeout = 1h});
  };
  const task<> waiting = create_task(body(tasks));
  co_await rill::sleep(1s);
  waiting.cancel("enough");
  bool cancelled = false;
  try {
    co_await waiting;
  } catch (const rill::cancelled_error& error) {
    cancelled = error.reason() == "enough";
  }
  CHECK(cancelled);
  CHECK(rill::loop_clock::now() == time_point(1s));
  const int value = co_await tasks[0];
  CHECK(value == 5);
}

RILL_TEST_CASE("handles of several types, futures among them", "[wait]") {
  const rill::future<std::string> text = rill::create_future<std::string>();
  const task<int> number = create_task(value_after(1s, 1));
  std::vector<rill::any_future> all;
  all.push_back(text);
  all.push_back(number);
  const auto sets = co_await wait(all, {.until = return_when::first_completed});
  REQUIRE(sets.done.size() == 1);
  CHECK(sets.done[0] == number);
  text.cancel();
}

RILL_TEST_CASE("any range of handles", "[wait]") {
  std::map<std::string, task<int>> named;
  for (int i = 1; i < 4; ++i)
    named["task " + std::to_string(i)] = create_task(value_after(i * 1s, i));
  const auto sets = co_await wait(std::views::values(named), {.timeout = 1500ms});
  CHECK(sets.done == std::vector<task<int>>{named["task 1"]});
  CHECK(sets.pending.size() == 2);
  const auto is_running = [](const task<int>& one) { return !one.done(); };
  auto running = std::views::values(named) | std::views::filter(is_running);
  auto ended = rill::as_completed(running);
  int sum = 0;
  while (auto next = co_await ended.next()) sum += next->handle.result();
  CHECK(sum == 5);
  const std::array<rill::any_future, 2> two{named["task 1"], named["task 3"]};
  const auto both = co_await wait(two);
  CHECK(both.done.size() == 2);
}

RILL_TEST_CASE("waiting on empty handles is told in a sentence", "[wait]") {
  const std::vector<task<int>> tasks(1);
  std::string what;
  try {
    co_await wait(tasks);
  } catch (const rill::usage_error& error) {
    what = error.what();
  }
  CHECK(what.find("empty") != std::string::npos);
}
