// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/merge.hpp"

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/combinators/collect.hpp"
#include "rill/combinators/views.hpp"
#include "rill/core/async_generator.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/task.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using rill::async_generator;
using rill::coro;
using rill::create_task;
using rill_test::let_run;

namespace {

async_generator<int> every(std::chrono::seconds pause, int first, int count) {
  for (int i = 0; i < count; ++i) {
    co_await rill::sleep(pause);
    co_yield first + i;
  }
}

/// Yields for ever; writes how it ends.
async_generator<int> endless(std::string& log, char name) {
  bool closing = false;
  try {
    while (!closing) {
      co_await rill::sleep(1s);
      try {
        co_yield 1;
      } catch (const rill::generator_exit&) {
        closing = true;
      }
    }
  } catch (const rill::cancelled_error&) {
    log += name;
    log += 'c';
    throw;
  }
  log += name;
  log += 'x';
}

async_generator<int> failing_after(std::chrono::seconds pause) {
  co_await rill::sleep(pause);
  co_yield 7;
  throw std::runtime_error("no more");
}

coro<int> first_of(async_generator<int>& numbers) {
  const auto item = co_await numbers.next();
  co_return item.value_or(-1);
}

}  // namespace

RILL_TEST_CASE("items come as they are there, in the order of their coming", "[merge]") {
  const rill::time_point before = rill::loop_clock::now();
  auto merged = rill::merge(every(2s, 20, 2), every(3s, 30, 2), every(0s, 1, 3));
  const std::vector<int> all = co_await rill::collect(std::move(merged));
  CHECK(all == std::vector<int>{1, 2, 3, 20, 30, 21, 31});
  CHECK(rill::loop_clock::now() == before + 6s);
}

RILL_TEST_CASE("nothing to merge is the end", "[merge]") {
  std::vector<async_generator<int>> none;
  const std::vector<int> all = co_await rill::collect(rill::merge(std::move(none)));
  CHECK(all.empty());
}

RILL_TEST_CASE("sources run at the same time, each at most one item ahead", "[merge]") {
  int made = 0;
  const auto source = [](int& count) -> async_generator<int> {
    while (true) {
      ++count;
      co_yield count;
    }
  };
  auto merged = rill::merge(source(made), source(made));
  CHECK(made == 0);
  const int first = co_await first_of(merged);
  co_await let_run();
  CHECK(first >= 1);
  CHECK(made == 3);
  co_await merged.aclose();
  CHECK(made == 3);
}

RILL_TEST_CASE("references and move-only items are merged", "[merge]") {
  std::vector<int> store{1, 2};
  const auto each = [](std::vector<int>& of) -> async_generator<int&> {
    for (int& item : of) co_yield item;
  };
  auto references = rill::merge(each(store), each(store));
  while (int* const item = co_await references.next()) *item += 10;
  CHECK(store == std::vector<int>{21, 22});
  const auto owner = []() -> async_generator<std::unique_ptr<int>> {
    co_yield std::make_unique<int>(4);
  };
  auto owners = rill::merge(owner(), owner());
  int sum = 0;
  while (auto item = co_await owners.next()) sum += **item;
  CHECK(sum == 8);
}

RILL_TEST_CASE("an error of a source ends all others first", "[merge]") {
  std::string log;
  auto merged = rill::merge(endless(log, 'a'), failing_after(3s), endless(log, 'b'));
  std::vector<int> got;
  std::string text;
  try {
    while (auto item = co_await merged.next()) got.push_back(*item);
  } catch (const std::runtime_error& error) {
    text = error.what();
  }
  CHECK(text == "no more");
  CHECK(got == std::vector<int>{1, 1, 1, 1, 7, 1, 1});
  CHECK(log == "acbc");
  CHECK_FALSE(merged);
}

RILL_TEST_CASE("closing ends the sources, those with an item in hand by their close", "[merge]") {
  std::string log;
  auto merged = rill::merge(endless(log, 'a'), every(10s, 1, 1), endless(log, 'b'));
  const int first = co_await first_of(merged);
  CHECK(first == 1);
  co_await rill::sleep(500ms);
  co_await merged.aclose();
  CHECK(log == "acbx");
}

RILL_TEST_CASE("dropped half-way, the loop ends it", "[merge]") {
  std::string log;
  {
    auto merged = rill::merge(endless(log, 'a'), endless(log, 'b'));
    co_await first_of(merged);
  }
  co_await let_run();
  co_await let_run();
  CHECK(log == "acbx");
}

RILL_TEST_CASE("a cancellation at a step ends the sources before it goes on", "[merge]") {
  std::string log;
  auto merged = rill::merge(endless(log, 'a'), endless(log, 'b'));
  const rill::task<int> step = create_task(first_of(merged));
  co_await let_run();
  step.cancel();
  co_await let_run();
  co_await let_run();
  CHECK(step.cancelled());
  CHECK(log == "acbc");
  CHECK_FALSE(merged);
}

RILL_TEST_CASE("an exception thrown in ends the sources, and comes out", "[merge]") {
  std::string log;
  auto merged = rill::merge(endless(log, 'a'), endless(log, 'b'));
  co_await first_of(merged);
  bool came_out = false;
  try {
    const auto item = co_await merged.throw_in(std::make_exception_ptr(7));
    CHECK_FALSE(item);
  } catch (int) {
    came_out = true;
  }
  CHECK(came_out);
  CHECK(log == "acbx");
}

RILL_TEST_CASE("a source whose task is cancelled by others does not end in silence", "[merge]") {
  for (const bool begun : {false, true}) {
    std::string log;
    auto merged = rill::merge(endless(log, 'a'), endless(log, 'b'));
    const rill::task<int> step = create_task(first_of(merged));
    co_await rill::yield();
    if (begun) co_await let_run();
    // The newest is that of the second source.
    rill::all_tasks().back().cancel();
    co_await let_run();
    co_await let_run();
    CHECK(step.cancelled());
    CHECK_FALSE(merged);
  }
}

namespace {

async_generator<int> failing_at_close(std::string what) {
  std::exception_ptr exit;
  try {
    co_yield 1;
    co_await rill::sleep(1h);
  } catch (...) {
    exit = std::current_exception();
  }
  if (exit) throw std::runtime_error(what);
}

}  // namespace

RILL_TEST_CASE("an error of a close comes out of the close, a second one is reported", "[merge]") {
  auto merged = rill::merge(failing_at_close("one"), failing_at_close("other"));
  co_await first_of(merged);
  co_await let_run();
  std::string text;
  try {
    co_await merged.aclose();
  } catch (const std::runtime_error& error) {
    text = error.what();
  }
  CHECK(text == "one");
  const std::vector<std::string> reports = rill::testing::take_reports();
  REQUIRE(reports.size() == 1);
  CHECK_THAT(reports[0], Catch::Contains("other"));
}

RILL_TEST_CASE("a source that is withdrawn with its offer does not end the others", "[merge]") {
  const auto slow_to_close = []() -> async_generator<int> {
    bool closing = false;
    while (!closing) {
      try {
        co_yield 1;
      } catch (const rill::generator_exit&) {
        closing = true;
      }
    }
    co_await rill::sleep(1s);
  };
  auto merged = rill::merge(slow_to_close(), every(2s, 20, 1));
  const rill::task<int> step = create_task(first_of(merged));
  co_await rill::yield();
  const std::vector<rill::any_task> all = rill::all_tasks();
  REQUIRE(all.size() >= 3);
  co_await rill::yield();
  all[all.size() - 2].cancel();  // that of the first source, whose offer was seen and not taken
  co_await rill::sleep(5s);
  CHECK(step.done());
  CHECK((step.cancelled() || step.result() == 1 || step.result() == 20));
  co_await merged.aclose();
}

TEST_CASE("a merge that goes with its loop", "[merge]") {
  std::string log;
  async_generator<int> merged;
  {
    rill::testing::step_loop steps;
    merged = rill::merge(endless(log, 'a'), endless(log, 'b'));
    const rill::task<int> step = steps.loop().create_task(first_of(merged));
    steps.advance(2s);
    CHECK(step.result() == 1);
  }
  merged = async_generator<int>();
  {
    // Owned by a task that is newer than those of its sources.
    rill::testing::step_loop steps;
    merged = rill::merge(endless(log, 'a'), endless(log, 'b'));
    const rill::task<int> step = steps.loop().create_task(first_of(merged));
    steps.advance(2s);
    const auto keep = [](async_generator<int> /*kept*/) -> coro<> { co_await rill::sleep(1h); };
    steps.loop().create_task(keep(std::move(merged))).detach();
    steps.settle();
  }
  CHECK(log.empty());
}
