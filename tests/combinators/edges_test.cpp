// SPDX-License-Identifier: BSL-1.0
//
// Who waits for whom through combinators, as the call graph shows it.
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "rill/combinators.hpp"
#include "rill/core/call_graph.hpp"
#include "rill/core/create_task.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::task;
using rill_test::let_run;

namespace {

coro<> nap(std::chrono::nanoseconds delay) { co_await rill::sleep(delay); }

task<> named(std::string_view name, std::chrono::nanoseconds delay = 1s) {
  return create_task(nap(delay), {.name = name});
}

bool shows(const task<>& from, std::string_view line) {
  const std::string text = rill::format_call_graph(from);
  INFO(text);
  return text.find(line) != std::string::npos;
}

}  // namespace

RILL_TEST_CASE("through gather and race to each child", "[edges]") {
  const task<> a = named("a");
  const task<> b = named("b");
  const auto gathering = [](const task<>& one, const task<>& two) -> coro<> {
    co_await rill::gather(one, two);
  };
  const auto racing = [](const task<>& one, const task<>& two) -> coro<> {
    co_await rill::race(one, two);
  };
  const task<> first = create_task(gathering(a, b));
  const task<> second = create_task(racing(a, b));
  co_await let_run();
  for (const task<>& each : {first, second}) {
    CHECK(shows(each, "which is task 'a'"));
    CHECK(shows(each, "which is task 'b'"));
  }
  CHECK(shows(first, "awaits gather at "));
  CHECK(shows(second, "awaits race at "));
  co_await first;
  CHECK(!shows(first, "which is task"));
}

RILL_TEST_CASE("through wait, until it returns early", "[edges]") {
  std::vector<task<>> tasks;
  tasks.push_back(named("early", 1s));
  tasks.push_back(named("late", 3s));
  const auto waiting = [](const std::vector<task<>>& all) -> coro<> {
    co_await rill::wait(all, {.until = rill::return_when::first_completed});
    co_await rill::sleep(1s);
  };
  const task<> waiter = create_task(waiting(tasks));
  co_await let_run();
  CHECK(shows(waiter, "which is task 'early'"));
  CHECK(shows(waiter, "which is task 'late'"));
  co_await rill::sleep(1500ms);
  CHECK(!shows(waiter, "which is task"));
  co_await waiter;
  co_await tasks[1];
}

RILL_TEST_CASE("through shield, limits and groups", "[edges]") {
  const task<> a = named("a");
  const auto shielding = [](const task<>& one) -> coro<> {
    co_await rill::wait_for(rill::shield(one), 5s);
  };
  const auto grouping = []() -> coro<> {
    const auto body = [](rill::task_group& group) -> coro<> {
      group.create_task(nap(1s), {.name = "member"});
      co_return;
    };
    co_await rill::with_task_group(body);
  };
  const task<> shielded = create_task(shielding(a));
  const task<> grouped = create_task(grouping());
  co_await let_run();
  CHECK(shows(shielded, "awaits shield at "));
  CHECK(shows(shielded, "which is task 'a'"));
  CHECK(shows(grouped, "awaits task_group at "));
  CHECK(shows(grouped, "which is task 'member'"));
  co_await shielded;
  co_await grouped;
}

RILL_TEST_CASE("through as_completed to those that have not ended", "[edges]") {
  const std::vector<task<>> tasks{named("early", 1s), named("late", 3s), named("last", 4s)};
  const auto taking = [](const std::vector<task<>>& all) -> coro<> {
    auto ended = rill::as_completed(all);
    co_await ended.next();
    co_await ended.next();
    co_await rill::sleep(1s);
    co_await ended.next();
  };
  const task<> taker = create_task(taking(tasks));
  co_await let_run();
  CHECK(shows(taker, "awaits as_completed at "));
  CHECK(shows(taker, "which is task 'early'"));
  CHECK(shows(taker, "which is task 'last'"));
  co_await rill::sleep(2s);
  CHECK(!shows(taker, "which is task 'early'"));
  CHECK(shows(taker, "which is task 'late'"));
  co_await tasks[1];
  co_await let_run();
  CHECK(!shows(taker, "which is task"));
  co_await taker;
}

RILL_TEST_CASE("a gather of many names the first", "[edges]") {
  const auto gathering = []() -> coro<> {
    std::vector<coro<>> all;
    for (int i = 0; i < 100; ++i) all.push_back(nap(1s));
    co_await rill::gather(std::move(all));
  };
  const task<> many = create_task(gathering());
  co_await let_run();
  CHECK(shows(many, "and 84 more"));
  co_await many;
}
