// SPDX-License-Identifier: BSL-1.0
//
// What a loop on each reactor says when its tasks wait for ever.
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/future.hpp"
#include "rill/core/task.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/run_errors.hpp"
#include "rill/testing/virtual_run.hpp"
#include "support/coroutine_case.hpp"
#include "support/scripted_reactor.hpp"

namespace {

rill::coro<> wait_for(rill::future<> gate) { co_await gate; }

// Two tasks that await each other.
rill::coro<> embrace(std::vector<rill::task<>>& tasks, std::size_t other) {
  const rill::task<> awaited = tasks[other];
  co_await awaited;
}

}  // namespace

RILL_REACTOR_TEST_CASE("a loop that nothing can wake names its tasks and where they wait",
                       "[deadlock_report]") {
  rill::event_loop loop(rill_test::backend_options());
  const rill::future<> gate = loop.create_future();
  std::vector<std::string> reports;
  loop.set_exception_handler([&](rill::event_loop&, const rill::exception_context& context) {
    reports.emplace_back(context.message);
    gate.set_result();
  });
  const rill::task<> stuck = loop.create_task(rill::task_options{.name = "stuck"}, wait_for, gate);
  loop.run_until_complete<void>(stuck);
  REQUIRE(reports.size() == 1);
  INFO(reports[0]);
  CHECK(reports[0].find("task 'stuck'") != std::string::npos);
  CHECK(reports[0].find("deadlock_report_test.cpp:") != std::string::npos);
}

RILL_REACTOR_TEST_CASE("in virtual time tasks that await each other fail at once, both named",
                       "[deadlock_report]") {
  const auto body = []() -> rill::coro<> {
    std::vector<rill::task<>> tasks;
    tasks.push_back(rill::create_task(embrace(tasks, 1), rill::task_options{.name = "one"}));
    tasks.push_back(rill::create_task(embrace(tasks, 0), rill::task_options{.name = "two"}));
    const rill::task<> first = tasks[0];
    co_await first;
  };
  std::string text;
  try {
    rill::testing::run_virtual(body(), rill_test::backend_options());
  } catch (const rill::deadlock_error& error) {
    text = error.what();
  }
  INFO(text);
  CHECK(text.find("task 'one'") != std::string::npos);
  CHECK(text.find("task 'two'") != std::string::npos);
}

TEST_CASE("a reactor that returns early is no deadlock in real time", "[deadlock_report]") {
  auto reactor = std::make_unique<rill_test::scripted_reactor>();
  rill_test::scripted_reactor& scripted = *reactor;
  rill::loop_options options;
  options.custom_reactor = std::move(reactor);
  rill::event_loop loop(std::move(options));
  int reports = 0;
  loop.set_exception_handler([&](rill::event_loop&, const rill::exception_context&) { ++reports; });
  const rill::future<> gate = loop.create_future();
  scripted.on_wait = [&] {
    if (scripted.waits == 3) loop.call_soon_threadsafe([&gate] { gate.set_result(); });
  };
  const rill::task<> waiting = loop.create_task(wait_for, gate);
  loop.run_until_complete<void>(waiting);
  CHECK(scripted.waits == 3);
  CHECK(reports == 0);
}
