// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/combinators/as_completed.hpp"

#include <chrono>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "combinators/outcomes.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/virtual_run.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::as_completed;
using rill::coro;
using rill::create_task;
using rill::task;
using rill::time_point;
using rill_test::fails_after;
using rill_test::value_after;

namespace {

using ended_ints = rill::completions<task<int>>;

/// Sleeps; when cancelled, cleans up for a second.
coro<int> cleans_up(std::string& log, std::string name, std::chrono::nanoseconds delay) {
  bool cancelled = false;
  try {
    co_await rill::sleep(delay);
  } catch (const rill::cancelled_error&) {
    cancelled = true;
  }
  if (cancelled) {
    co_await rill::sleep(1s);
    log += name + " cleaned up, ";
    throw rill::cancelled_error();
  }
  co_return static_cast<int>(delay / 1s);
}

std::vector<coro<int>> work_of(std::string& log) {
  std::vector<coro<int>> work;
  work.push_back(cleans_up(log, "a", 30s));
  work.push_back(cleans_up(log, "b", 10s));
  work.push_back(cleans_up(log, "c", 20s));
  return work;
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

RILL_TEST_CASE("coroutines in the order of ending, and the body's value", "[as_completed]") {
  std::string log;
  const auto body = [](ended_ints& ended) -> coro<std::unique_ptr<std::string>> {
    auto order = std::make_unique<std::string>();
    while (auto next = co_await ended.next()) {
      *order += std::to_string(next->index) + "=" + std::to_string(next->handle.result()) + " ";
    }
    co_return order;
  };
  const auto order = co_await as_completed(work_of(log), body);
  CHECK(*order == "1=10 2=20 0=30 ");
  CHECK(log.empty());
  CHECK(rill::loop_clock::now() == time_point(30s));
  const auto nobody = co_await as_completed(std::vector<coro<int>>(), body, 1s);
  CHECK(nobody->empty());
}

RILL_TEST_CASE("coroutines have ended however the body is left", "[as_completed]") {
  std::string log;
  const auto first_only = [](ended_ints& ended) -> coro<int&> {
    static int value = 0;
    const auto next = co_await ended.next();
    value = next->handle.result();
    co_return value;
  };
  const int first = co_await as_completed(work_of(log), first_only);
  CHECK(first == 10);
  CHECK(log == "a cleaned up, c cleaned up, ");
  CHECK(rill::loop_clock::now() == time_point(11s));
  CHECK(rill::all_tasks().size() == 1);

  log.clear();
  const auto throws = [](ended_ints& ended) -> coro<> {
    const auto next = co_await ended.next();
    throw std::runtime_error("number " + std::to_string(next->index));
  };
  std::string what;
  try {
    co_await as_completed(work_of(log), throws);
  } catch (const std::runtime_error& error) {
    what = error.what();
  }
  CHECK(what == "number 1");
  CHECK(log == "a cleaned up, c cleaned up, ");

  log.clear();
  const auto all = [](ended_ints& ended) -> coro<> {
    while (auto next = co_await ended.next()) {
    }
  };
  const rill::time_point begun = rill::loop_clock::now();
  bool late = false;
  try {
    co_await as_completed(work_of(log), all, 15s);
  } catch (const rill::timeout_error&) {
    late = true;
  }
  CHECK(late);
  CHECK(log == "a cleaned up, c cleaned up, ");
  CHECK(rill::loop_clock::now() == begun + 16s);
}

RILL_TEST_CASE("a cancellation strikes the body, a second one waits for the clean-up",
               "[as_completed]") {
  std::string log;
  const auto all = [](ended_ints& ended) -> coro<> {
    while (auto next = co_await ended.next()) {
    }
  };
  const auto waits = [](std::string& to, decltype(all) body) -> coro<> {
    co_await as_completed(work_of(to), body);
  };
  const task<> waiting = create_task(waits(log, all));
  co_await rill::sleep(15s);
  waiting.cancel("enough");
  co_await rill::sleep(500ms);
  waiting.cancel("at once");
  CHECK(log.empty());
  std::string reason;
  try {
    co_await waiting;
  } catch (const rill::cancelled_error& error) {
    reason = error.reason();
  }
  CHECK(reason == "at once");  // one throw for both
  CHECK(log == "a cleaned up, c cleaned up, ");
  CHECK(rill::loop_clock::now() == time_point(16s));
}

RILL_TEST_CASE("an error that the body has seen is its own, another is reported",
               "[as_completed]") {
  const auto make = [](int how_many) {
    std::vector<coro<int>> work;
    for (int i = 1; i <= how_many; ++i) work.push_back(fails_after(i * 1s));
    return work;
  };
  const auto looks = [](ended_ints& ended) -> coro<int> {
    int failures = 0;
    while (auto next = co_await ended.next()) failures += next->handle.exception() ? 1 : 0;
    co_return failures;
  };
  const int failures = co_await as_completed(make(2), looks);
  CHECK(failures == 2);
  CHECK(rill::testing::take_reports().empty());
  const auto looks_away = [](ended_ints&) -> coro<> { co_await rill::sleep(1500ms); };
  co_await as_completed(make(2), looks_away);
  const std::vector<std::string> reports = rill::testing::take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].find("failed") != std::string::npos);
}

RILL_TEST_CASE("a body that throws before it is a coroutine", "[as_completed]") {
  std::string log;
  const auto refuses = [](ended_ints& ended) -> coro<> {
    throw std::logic_error(std::to_string(ended.size()));
  };
  std::string what;
  try {
    co_await as_completed(work_of(log), refuses);
  } catch (const std::logic_error& error) {
    what = error.what();
  }
  CHECK(what == "3");
  CHECK(log.empty());  // cancelled before they began
}

RILL_TEST_CASE("coroutines made by a view", "[as_completed]") {
  const std::vector<int> seconds{3, 1, 2};
  const auto make = [](int each) { return value_after(each * 1s, each); };
  const auto order_of = [](ended_ints& ended) -> coro<std::string> {
    std::string order;
    while (auto next = co_await ended.next()) order += std::to_string(next->handle.result());
    co_return order;
  };
  const std::string order =
      co_await as_completed(seconds | std::views::transform(make), order_of, 1h);
  CHECK(order == "123");
}
