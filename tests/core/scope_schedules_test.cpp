// SPDX-License-Identifier: BSL-1.0
//
// Random schedules of cancellation scopes: 10,000 tasks, each a random nest of scopes and shields
// around random waits, are asked to stop at random moments, in random scopes. Whatever happens, no
// request may be lost or strike twice. A failure prints the seed.
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "rill/core/cancel_scope.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/future.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::cancel_scope;
using rill::cancelled_error;
using rill::coro;
using rill::create_task;
using rill::task;

namespace {

using dice = std::mt19937;

int roll(dice& source, int sides) {
  return static_cast<int>(source() % static_cast<unsigned>(sides));
}

// What one schedule has seen.
struct record {
  std::vector<cancel_scope*> open;  // entered and not left, outermost first
  int task_requests = 0;            // made of the task while it could be struck
  int scope_requests = 0;
  int strikes = 0;
  std::string fault;
};

// One wait of a random kind. Throws when it is struck.
coro<> wait_somehow(dice& source) {
  const int kind = roll(source, 4);
  if (kind == 0) {
    co_await rill::yield();
  } else if (kind == 1) {
    co_await rill::sleep(std::chrono::milliseconds(roll(source, 20)));
  } else if (kind == 2) {
    const rill::future<> gate = rill::create_future();
    rill::event_loop::running().call_later(std::chrono::milliseconds(roll(source, 20)), [gate] {
      if (!gate.done()) gate.set_result();
    });
    co_await gate;
  } else {
    const auto nap = [](int time) -> coro<> {
      co_await rill::sleep(std::chrono::milliseconds(time));
    };
    const task<> inner = create_task(nap, roll(source, 20));
    co_await inner;
  }
}

// A region: waits and regions within, in random order. At its edge it absorbs what is its own.
coro<> region(dice& source, record& seen, int depth) {
  const auto mode =
      roll(source, 5) == 0 ? cancel_scope::shielding::shielded : cancel_scope::shielding::open;
  cancel_scope scope(mode);
  seen.open.push_back(&scope);
  try {
    const int parts = roll(source, 4);
    for (int i = 0; i < parts; ++i) {
      if (depth < 4 && roll(source, 2) == 0) {
        co_await region(source, seen, depth + 1);
      } else {
        co_await wait_somehow(source);
      }
    }
  } catch (const cancelled_error&) {
    ++seen.strikes;
    seen.open.pop_back();
    const bool outer_asked = seen.task_requests != 0;
    const bool asked = scope.cancel_requested();
    const bool absorbed = scope.absorb();
    if (absorbed && !asked) seen.fault = "absorbed without having been asked";
    if (absorbed && outer_asked && seen.open.empty() && mode == cancel_scope::shielding::open)
      seen.fault = "swallowed the task's own request";
    if (!absorbed) throw;
    co_return;
  }
  seen.open.pop_back();
}

coro<> schedule(dice& source, record& seen) {
  for (int i = 0; i < 3; ++i) co_await region(source, seen, 0);
  // What was asked of the task and has not struck must strike here: a yield is complete only when
  // the task runs again.
  co_await rill::yield();
}

void ask_at_random(dice& source, record& seen, const task<>& running) {
  const int requests = roll(source, 4);
  for (int i = 0; i < requests; ++i) {
    const bool of_task = roll(source, 3) == 0;
    const int which = roll(source, 8);
    rill::event_loop::running().call_later(
        std::chrono::milliseconds(roll(source, 60)), [&seen, running, of_task, which] {
          if (running.done()) return;
          if (of_task) {
            if (running.cancel()) ++seen.task_requests;
          } else if (!seen.open.empty()) {
            seen.open[static_cast<std::size_t>(which) % seen.open.size()]->cancel();
            ++seen.scope_requests;
          }
        });
  }
}

// Runs one schedule; returns what is wrong, or nothing.
coro<std::string> judge(std::uint32_t seed) {
  dice source(seed);
  record seen;
  const task<> running = create_task(schedule(source, seen));
  ask_at_random(source, seen, running);
  bool cancelled = false;
  try {
    co_await running;
  } catch (const cancelled_error&) {
    cancelled = true;
  }
  co_await rill::sleep(100ms);
  if (!seen.fault.empty()) co_return seen.fault;
  if (cancelled && seen.task_requests == 0) co_return std::string("cancelled without a request");
  if (!cancelled && seen.task_requests != 0) co_return std::string("a request was lost");
  if (running.cancelling() != seen.task_requests) co_return std::string("the count is wrong");
  if (!seen.open.empty()) co_return std::string("a scope was not left");
  co_return std::string();
}

}  // namespace

RILL_TEST_CASE("10,000 random schedules lose no request and double none", "[cancel_scope]") {
  constexpr std::uint32_t first_seed = 20'261'120;
  int faults = 0;
  for (std::uint32_t seed = first_seed; seed < first_seed + 10'000; ++seed) {
    const std::string fault = co_await judge(seed);
    if (fault.empty()) continue;
    ++faults;
    if (faults < 5) UNSCOPED_INFO("seed " << seed << ": " << fault);
  }
  CHECK(faults == 0);
}
