// SPDX-License-Identifier: BSL-1.0
//
// Ten thousand random trees of nested scopes, failures and cancellations, from a fixed seed. Of
// each: no child outlives its scope, no error is lost, no cancellation is lost or made up.
#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/combinators.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/virtual_run.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;

namespace {

/// What one schedule is made of, and what has been seen of it.
struct schedule {
  explicit schedule(std::uint32_t seed) : random(seed) {}

  int pick(int below) { return static_cast<int>(random() % static_cast<std::uint32_t>(below)); }
  std::chrono::milliseconds moment() { return std::chrono::milliseconds(pick(6)); }

  /// Takes the errors out of a text: each has thrown "E<number>".
  void note_errors(std::string_view text) {
    for (std::size_t at = text.find("E<"); at != std::string_view::npos;
         at = text.find("E<", at + 1))
      seen.insert(std::stoi(std::string(text.substr(at + 2))));
  }

  std::mt19937 random;
  int live = 0;          // coroutines of the tree
  int outlived = 0;      // scopes left with children alive
  int made_up = 0;       // limits of no one's own that threw, and the like
  std::set<int> thrown;  // errors, by number
  std::set<int> seen;
};

/// Counts a coroutine for as long as it lives.
class living {
 public:
  explicit living(int& count) noexcept : count_(count) { ++count_; }
  living(const living&) = delete;
  living& operator=(const living&) = delete;
  ~living() { --count_; }

 private:
  int& count_;
};

coro<int> node(schedule& plan, int depth, int& siblings);

coro<int> leaf(schedule& plan, int kind) {
  if (kind == 0) co_await rill::yield();
  if (kind < 6) co_await rill::sleep(plan.moment());
  if (kind == 6) {  // slow to stop
    std::exception_ptr cancelled;
    try {
      co_await rill::sleep(plan.moment());
    } catch (const rill::cancelled_error&) {
      cancelled = std::current_exception();
    }
    co_await rill::shield(rill::sleep(plan.moment()));
    if (cancelled) std::rethrow_exception(cancelled);
  }
  if (kind == 7 || kind == 8) {
    if (kind == 8) co_await rill::sleep(plan.moment());
    const int number = static_cast<int>(plan.thrown.size());
    plan.thrown.insert(number);
    throw std::runtime_error("E<" + std::to_string(number) + ">");
  }
  co_return 1;
}

coro<int> gathered(schedule& plan, int depth, int& children) {
  std::vector<coro<int>> all;
  const int count = plan.pick(4);
  for (int i = 0; i < count; ++i) all.push_back(node(plan, depth, children));
  if (plan.pick(3) == 0) {
    const auto results = co_await rill::gather(rill::return_exceptions, std::move(all));
    for (const rill::result<int>& each : results) {
      if (!each) plan.note_errors(rill::describe_exception(each.error()));
    }
  } else {
    co_await rill::gather(std::move(all));
  }
  co_return 1;
}

coro<int> grouped(schedule& plan, int depth, int& children) {
  const int count = plan.pick(4);
  const int stop_after = plan.pick(6);
  const auto body = [&](rill::task_group& group) -> coro<> {
    for (int i = 0; i < count; ++i) {
      group.create_task(node(plan, depth, children));
      if (plan.pick(3) == 0) co_await rill::sleep(plan.moment());
    }
    if (stop_after == 0) group.cancel();
    co_await node(plan, depth, children);
  };
  co_await rill::with_task_group(std::cref(body));
  co_return 1;
}

coro<int> limited(schedule& plan, int depth, int& children) {
  const auto limit = plan.moment();
  int form = plan.pick(3);
  try {
    if (form == 0) co_await rill::wait_for(node(plan, depth, children), limit);
    if (form == 1) {
      const auto body = [&](rill::timeout_scope& scope) -> coro<int> {
        if (plan.pick(2) == 0 && !scope.expired()) scope.reschedule_after(plan.moment());
        co_return co_await node(plan, depth, children);
      };
      co_await rill::timeout(limit, std::cref(body));
    }
  } catch (const rill::timeout_error&) {
    form = 3;
  }
  if (form == 2) co_await rill::move_on_after(limit, node(plan, depth, children));
  co_return 1;
}

/// What first_of() and staggered_race() take for granted, the failures of those who lose, is noted.
coro<int> noted(schedule& plan, int depth, int& siblings) {
  std::exception_ptr error;
  try {
    co_return co_await node(plan, depth, siblings);
  } catch (...) {
    error = std::current_exception();
  }
  plan.note_errors(rill::describe_exception(error));
  std::rethrow_exception(error);
}

coro<int> raced(schedule& plan, int depth, int& children) {
  const int form = plan.pick(3);
  const int count = 1 + plan.pick(3);
  if (form == 2) {
    std::vector<std::function<coro<int>()>> candidates;
    for (int i = 0; i < count; ++i)
      candidates.emplace_back([&] { return noted(plan, depth, children); });
    co_await rill::staggered_race(std::move(candidates), plan.moment());
    co_return 1;
  }
  std::vector<coro<int>> runners;
  for (int i = 0; i < count; ++i)
    runners.push_back(form == 0 ? node(plan, depth, children) : noted(plan, depth, children));
  if (form == 0) {
    co_await rill::race(std::move(runners));
  } else {
    co_await rill::first_of(std::move(runners));
  }
  co_return 1;
}

coro<int> taken_in_turn(schedule& plan, int depth, int& children) {
  std::vector<coro<int>> all;
  const int count = plan.pick(4);
  const int most = plan.pick(4);
  for (int i = 0; i < count; ++i) all.push_back(node(plan, depth, children));
  const auto body = [&plan, most](rill::completions<rill::task<int>>& ended) -> coro<> {
    int taken = 0;
    while (auto next = co_await ended.next()) {
      if (next->handle.cancelled()) continue;
      if (const auto error = next->handle.exception())
        plan.note_errors(rill::describe_exception(error));
      if (++taken > most) co_return;
    }
  };
  const auto limit = plan.pick(2) == 0 ? plan.moment() : std::chrono::milliseconds(1h);
  bool late = false;
  try {
    co_await rill::as_completed(std::move(all), std::cref(body), limit);
  } catch (const rill::timeout_error&) {
    late = true;
  }
  co_return late ? 0 : 1;
}

coro<int> node(schedule& plan, int depth, int& siblings) {
  const living alive(plan.live);
  const living counted(siblings);
  int children = 0;
  const int kind = depth == 0 ? 0 : plan.pick(8);
  std::exception_ptr error;
  int value = 0;
  try {
    switch (kind) {
      case 1:
        value = co_await gathered(plan, depth - 1, children);
        break;
      case 2:
        value = co_await grouped(plan, depth - 1, children);
        break;
      case 3:
        value = co_await limited(plan, depth - 1, children);
        break;
      case 4:
        value = co_await rill::shield(node(plan, depth - 1, children));
        break;
      case 5:
        value = co_await node(plan, depth - 1, children);
        break;
      case 6:
        value = co_await raced(plan, depth - 1, children);
        break;
      case 7:
        value = co_await taken_in_turn(plan, depth - 1, children);
        break;
      default:
        value = co_await leaf(plan, plan.pick(9));
        break;
    }
  } catch (...) {
    error = std::current_exception();
  }
  if (children != 0) ++plan.outlived;
  if (error) std::rethrow_exception(error);
  co_return value;
}

/// The whole tree, and a last wait in which a cancellation that is still due must strike.
coro<> root(schedule& plan) {
  int children = 0;
  try {
    co_await node(plan, 4, children);
  } catch (const rill::cancelled_error&) {
    throw;
  } catch (...) {
    plan.note_errors(rill::describe_exception(std::current_exception()));
  }
  co_await rill::sleep(10min);
}

coro<> run_schedule(std::uint32_t seed) {
  INFO("seed " << seed);
  schedule plan(seed);
  const bool cancels = plan.pick(2) == 0;
  const auto when = plan.moment();
  const rill::task<> tree = rill::create_task(root(plan));
  bool cancelled = false;
  if (cancels) {
    co_await rill::sleep(when);
    tree.cancel("the root");
    if (plan.pick(3) == 0) {
      co_await rill::sleep(plan.moment());
      tree.cancel("the root");
    }
  }
  std::string reason;
  try {
    co_await tree;
  } catch (const rill::cancelled_error& error) {
    cancelled = true;
    reason = error.reason();
  }
  for (const std::string& report : rill::testing::take_reports()) plan.note_errors(report);
  CHECK(cancelled == cancels);
  CHECK(reason == (cancels ? "the root" : ""));
  CHECK(plan.live == 0);
  CHECK(plan.outlived == 0);
  CHECK(plan.seen == plan.thrown);
  CHECK(rill::all_tasks().size() == 1);
}

}  // namespace

RILL_TEST_CASE("ten thousand random schedules keep every promise", "[random]") {
  for (std::uint32_t seed = 1; seed <= 10'000; ++seed) co_await run_schedule(seed);
}
