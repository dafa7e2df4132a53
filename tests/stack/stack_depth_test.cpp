// SPDX-License-Identifier: BSL-1.0
//
// Long loops and deep chains of awaits: the stack must stay flat, at -O0 and under sanitizers too.
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <variant>
#include <vector>

#include "rill/base/config.hpp"
#include "rill/combinators.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::task;

namespace {

// Far above what the nesting bound of the scheduler and a few frames of sanitizers take.
constexpr std::uintptr_t enough = 256 * 1024;

// Notes how far the stack reaches.
class stack_meter {
 public:
  RILL_NOINLINE void look() noexcept {
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    if (here < lowest_) lowest_ = here;
    if (here > highest_) highest_ = here;
  }
  std::uintptr_t span() const noexcept { return highest_ - lowest_; }

 private:
  std::uintptr_t lowest_ = UINTPTR_MAX;
  std::uintptr_t highest_ = 0;
};

coro<int> at_once(stack_meter& meter) {
  meter.look();
  co_return 1;
}

coro<int> after_a_turn(stack_meter& meter) {
  co_await rill::yield();
  meter.look();
  co_return 1;
}

enum class leaf : std::uint8_t { ends, suspends, throws, sleeps };

coro<int> nested(stack_meter& meter, int depth, leaf bottom) {
  meter.look();
  if (depth == 0) {
    if (bottom == leaf::suspends) co_await rill::yield();
    if (bottom == leaf::sleeps) co_await rill::sleep(1h);
    if (bottom == leaf::throws) throw std::runtime_error("at the bottom");
    co_return 0;
  }
  const int below = co_await nested(meter, depth - 1, bottom);
  meter.look();
  co_return below + 1;
}

coro<int> chain_of_tasks(stack_meter& meter, int depth) {
  meter.look();
  if (depth == 0) {
    co_await rill::sleep(1h);
    co_return 0;
  }
  const task<int> inner = create_task(chain_of_tasks(meter, depth - 1));
  const int below = co_await inner;
  meter.look();
  co_return below + 1;
}

/// Each level waits for the next by another combinator.
coro<int> nested_combinators(int depth) {
  if (depth == 0) co_await rill::sleep(1h);
  if (depth == 0) co_return 0;
  if (depth % 3 == 0) {
    auto [below] = co_await rill::gather(nested_combinators(depth - 1));
    co_return below + 1;
  }
  if (depth % 3 == 1) {
    const auto won = co_await rill::race(nested_combinators(depth - 1));
    co_return std::get<0>(won) + 1;
  }
  const auto body = [depth](rill::task_group& group) -> coro<> {
    group.create_task(nested_combinators(depth - 1));
    co_return;
  };
  co_await rill::with_task_group(body);
  co_return 1;
}

}  // namespace

RILL_TEST_CASE("a million awaits of children that end at once stay flat", "[stack]") {
  stack_meter meter;
  int sum = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const int one = co_await at_once(meter);
    sum += one;
  }
  CHECK(sum == 1'000'000);
  CHECK(meter.span() < enough);
}

RILL_TEST_CASE("awaits of children that suspend stay flat", "[stack]") {
  stack_meter meter;
  int sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    const int one = co_await after_a_turn(meter);
    sum += one;
  }
  CHECK(sum == 100'000);
  CHECK(meter.span() < enough);
}

RILL_TEST_CASE("100,000 nested awaits end", "[stack]") {
  stack_meter meter;
  const int depth = co_await nested(meter, 100'000, leaf::ends);
  CHECK(depth == 100'000);
  CHECK(meter.span() < enough);
}

RILL_TEST_CASE("100,000 nested awaits end when the innermost suspends", "[stack]") {
  stack_meter meter;
  const int depth = co_await nested(meter, 100'000, leaf::suspends);
  CHECK(depth == 100'000);
  CHECK(meter.span() < enough);
}

RILL_TEST_CASE("many deep chains, one after the other", "[stack]") {
  stack_meter meter;
  for (int i = 0; i < 20; ++i) {
    const leaf bottom = i % 2 == 0 ? leaf::ends : leaf::suspends;
    const int depth = co_await nested(meter, 5'000, bottom);
    CHECK(depth == 5'000);
  }
  CHECK(meter.span() < enough);
}

RILL_TEST_CASE("an exception climbs out of 5,000 nested awaits", "[stack]") {
  stack_meter meter;
  bool caught = false;
  try {
    const int depth = co_await nested(meter, 5'000, leaf::throws);
    static_cast<void>(depth);
  } catch (const std::runtime_error&) {
    caught = true;
  }
  CHECK(caught);
  CHECK(meter.span() < enough);
}

RILL_TEST_CASE("a cancellation climbs out of 5,000 nested awaits", "[stack]") {
  stack_meter meter;
  const task<int> deep = create_task(nested(meter, 5'000, leaf::sleeps));
  co_await rill::yield();
  deep.cancel();
  co_await rill::sleep(1s);
  CHECK(deep.cancelled());
  CHECK(meter.span() < enough);
}

RILL_TEST_CASE("a cancellation walks down 50,000 tasks and comes back", "[stack]") {
  stack_meter meter;
  const task<int> outer = create_task(chain_of_tasks(meter, 50'000));
  co_await rill::sleep(1s);
  outer.cancel();
  co_await rill::sleep(1s);
  CHECK(outer.cancelled());
}

RILL_TEST_CASE("a cancellation walks down 30,000 combinators and comes back", "[stack]") {
  bool late = false;
  try {
    co_await rill::wait_for(nested_combinators(30'000), 1s);
  } catch (const rill::timeout_error&) {
    late = true;
  }
  CHECK(late);
}

RILL_TEST_CASE("10,000 tasks that await one another end", "[stack]") {
  stack_meter meter;
  const task<int> outer = create_task(chain_of_tasks(meter, 10'000));
  const int depth = co_await outer;
  CHECK(depth == 10'000);
  CHECK(meter.span() < enough);
}

TEST_CASE("5,000 nested coroutines are destroyed with their loop", "[stack]") {
  stack_meter meter;
  rill::testing::step_loop steps;
  const task<int> deep = steps.loop().create_task(nested(meter, 5'000, leaf::sleeps));
  steps.settle();
  CHECK(!deep.done());
  steps.loop().close();
  CHECK(deep.cancelled());
}

TEST_CASE("30,000 nested combinators are destroyed with their loop", "[stack]") {
  rill::testing::step_loop steps;
  const task<int> deep = steps.loop().create_task(nested_combinators(30'000));
  steps.settle();
  CHECK(!deep.done());
  steps.loop().close();
  CHECK(deep.cancelled());
}
