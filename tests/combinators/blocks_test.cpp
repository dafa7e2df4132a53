// SPDX-License-Identifier: BSL-1.0
//
// What combinators allocate beside the tasks that they make, whose frames come out of a pool: a
// block for the members of a range, and the vectors that they give; for arguments nothing.
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "combinators/outcomes.hpp"
#include "rill/combinators.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/allocation_counter.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::task;
using rill_test::value_after;

namespace {

using ended_ints = rill::completions<task<int>>;

coro<> of_arguments() { co_await rill::gather(value_after(1s, 1), value_after(2s, 2)); }
coro<> collected() {
  co_await rill::gather(rill::return_exceptions, value_after(1s, 1), rill::yield());
}
coro<> raced() { co_await rill::race(value_after(1s, 1), value_after(2s, 2)); }
coro<> limited() { co_await rill::wait_for(rill::shield(rill::sleep(1s)), 2s); }
coro<> timed_out() { co_await rill::move_on_after(1s, value_after(2s, 2)); }
coro<> grouped() {
  const auto body = [](rill::task_group& group) -> coro<> {
    for (int i = 0; i < 10; ++i) group.create_task(value_after(1s, i));
    co_await rill::yield();
  };
  co_await rill::with_task_group(body);
}

std::array<task<int>, 3> three() {
  return {rill::create_task(value_after(1s, 1)), rill::create_task(value_after(2s, 2)),
          rill::create_task(value_after(3s, 3))};
}
coro<> of_a_range() {
  const std::array<task<int>, 3> handles = three();
  co_await rill::gather(handles);  // the vector of results
}
coro<> waited() {
  const std::array<task<int>, 3> handles = three();
  co_await rill::wait(handles, {.until = rill::return_when::first_exception});  // one vector
}
coro<> raced_range() {
  const std::array<task<int>, 3> handles = three();
  co_await rill::race(handles);
}
coro<> in_order() {
  const std::array<task<int>, 3> handles = three();
  auto ended = rill::as_completed(handles);
  while (auto next = co_await ended.next()) {
  }
}
coro<> in_order_with_a_body() {
  const auto body = [](ended_ints& ended) -> coro<> {
    while (auto next = co_await ended.next()) {
    }
  };
  std::vector<coro<int>> all;
  all.push_back(value_after(1s, 1));
  co_await rill::as_completed(std::move(all), body);
}

struct use {
  const char* name;
  coro<> (*run)();
  std::size_t most;
};
const use uses[] = {
    {"gather", &of_arguments, 0},
    {"gather with errors", &collected, 0},
    {"race", &raced, 0},
    {"limit and shield", &limited, 0},
    {"limit that passes", &timed_out, 0},
    {"task_group", &grouped, 0},
    {"gather of a range", &of_a_range, 1},
    {"wait", &waited, 1},
    {"race of a range", &raced_range, 0},
    {"as_completed", &in_order, 0},
    {"as_completed with a body", &in_order_with_a_body, 1},  // and that of the coroutines
};

}  // namespace

RILL_TEST_CASE("combinators allocate a block at most", "[blocks]") {
  if (RILL_ASAN != 0 || !rill_test::counts_allocations()) {
    rill_test::skip("there is no pool here, or nothing counts");
    co_return;
  }
  for (const use& one : uses) {
    for (int round = 0; round < 3; ++round) co_await one.run();  // the pool fills
    const std::size_t before = rill_test::allocation_count();
    co_await one.run();
    const std::size_t made = rill_test::allocation_count() - before;
    INFO(one.name << ": " << made);
    CHECK(made <= one.most);
  }
}
