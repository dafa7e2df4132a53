// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of the list of conformance cases.
#include "rill/combinators/as_completed.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::as_completed;
using rill::coro;
using rill::create_task;
using rill::task;
using rill::time_point;

namespace {

coro<int> value_after(std::chrono::nanoseconds delay, int value) {
  co_await rill::sleep(delay);
  co_return value;
}

coro<int> fails_after(std::chrono::nanoseconds delay) {
  co_await rill::sleep(delay);
  throw std::runtime_error("failed");
}

std::vector<task<int>> sleepers(std::vector<int> seconds) {
  std::vector<task<int>> tasks;
  for (const int each : seconds) tasks.push_back(create_task(value_after(each * 1s, each)));
  return tasks;
}

}  // namespace

RILL_TEST_CASE("in the order of ending, with index and handle", "[as_completed]") {
  std::vector<task<int>> tasks = sleepers({3, 1, 2});
  tasks.push_back(create_task(fails_after(4s)));
  auto ended = as_completed(tasks);
  CHECK(ended.size() == 4);
  std::string order;
  int sum = 0;
  while (auto next = co_await ended.next()) {
    order += std::to_string(next->index);
    if (next->handle.exception() == nullptr) sum += next->handle.result();
  }
  CHECK(order == "1203");
  CHECK(sum == 6);
  CHECK(ended.size() == 0);
  const auto none = co_await ended.next();
  CHECK(!none.has_value());
}

RILL_TEST_CASE("what has ended before comes at once, an empty range ends at once",
               "[as_completed]") {
  const std::vector<task<int>> tasks = sleepers({1, 2});
  co_await rill::sleep(5s);
  auto ended = as_completed(tasks, -1s);
  int count = 0;
  while (auto next = co_await ended.next()) ++count;
  CHECK(count == 2);
  CHECK(rill::loop_clock::now() == time_point(5s));
  auto empty = as_completed(std::vector<task<int>>());
  const auto none = co_await empty.next();
  CHECK(!none.has_value());
}

RILL_TEST_CASE("results before the limit, then timeouts; nothing is cancelled [38]",
               "[as_completed]") {
  const std::vector<task<int>> tasks = sleepers({1, 10});
  auto ended = as_completed(tasks, 2s);
  const auto first = co_await ended.next();
  CHECK(first->handle.result() == 1);
  for (int i = 0; i < 2; ++i) {
    bool late = false;
    try {
      co_await ended.next();
    } catch (const rill::timeout_error&) {
      late = true;
    }
    CHECK(late);
  }
  CHECK(rill::loop_clock::now() == time_point(2s));
  CHECK(!tasks[1].done());
  co_await tasks[1];
  const auto after = co_await ended.next();  // it may be gone on with
  CHECK(after->index == 1);
}

RILL_TEST_CASE("a cancelled wait loses nobody", "[as_completed]") {
  const std::vector<task<int>> tasks = sleepers({2, 3});
  auto ended = as_completed(tasks);
  const auto body = [](auto& from) -> coro<> { co_await from.next(); };
  const task<> waiting = create_task(body(ended));
  co_await rill::sleep(1s);
  waiting.cancel();
  co_await rill::yield();
  CHECK(waiting.cancelled());
  int count = 0;
  while (auto next = co_await ended.next()) ++count;
  CHECK(count == 2);
}

RILL_TEST_CASE("it may be left half-way; one task waits at a time", "[as_completed]") {
  const std::vector<task<int>> tasks = sleepers({1, 3});
  std::string what;
  {
    auto ended = as_completed(tasks);
    const auto body = [](auto& from) -> coro<> { co_await from.next(); };
    const task<> other = create_task(body(ended));
    co_await rill::yield();
    try {
      co_await ended.next();
    } catch (const rill::usage_error& error) {
      what = error.what();
    }
    co_await other;
  }
  CHECK(what.find("one at a time") != std::string::npos);
  const int value = co_await tasks[1];
  CHECK(value == 3);
}
