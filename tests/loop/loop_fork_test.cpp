// SPDX-License-Identifier: BSL-1.0
//
// What a child of a fork has of its parent's loop: nothing.
#include <chrono>

#include "rill/core/create_task.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/runner.hpp"
#include "rill/loop/sleep.hpp"
#include "support/child_process.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::event_loop;

namespace {

coro<int> wait_and_give(int value) {
  co_await rill::sleep(1ms);
  co_return value;
}

}  // namespace

RILL_REACTOR_TEST_CASE("a child that was forked in a loop runs in none, and can make its own",
                       "[loop_fork]") {
  const auto in_child = [] {
    if (event_loop::running_or_null() != nullptr) return 1;
    return rill::run(wait_and_give(7), rill_test::backend_options());
  };
  const auto body = [&in_child]() -> coro<int> {
    event_loop* const here = event_loop::running_or_null();
    const auto sleeper = rill::create_task(wait_and_give(1));
    const rill_test::child_end child = rill_test::run_in_child(in_child);
    CHECK(child.exit_code == 7);
    CHECK(child.signal_number == 0);
    CHECK(event_loop::running_or_null() == here);
    const int slept = co_await sleeper;
    co_return slept + 2;
  };
  CHECK(rill::run(body(), rill_test::backend_options()) == 3);
}
