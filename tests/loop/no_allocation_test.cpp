// SPDX-License-Identifier: BSL-1.0
//
// What does not allocate once the pools are warm.
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "rill/base/config.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "support/allocation_counter.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill_test::allocation_count;

namespace {

// Runs `work` twice, the first time to warm the pools; returns what the second time allocated.
template <class Work>
coro<std::size_t> allocations_of(Work& work) {
  co_await work();
  const std::size_t before = allocation_count();
  co_await work();
  co_return allocation_count() - before;
}

// Says why nothing can be counted here, if so.
bool no_pool_here() {
  if (RILL_ASAN != 0) rill_test::skip("there is no pool under AddressSanitizer");
  if (!rill_test::counts_allocations()) rill_test::skip("allocations are not counted here");
  return RILL_ASAN != 0 || !rill_test::counts_allocations();
}

coro<int> child(int value) { co_return value; }
coro<int> yielding_child(int value) {
  co_await rill::yield();
  co_return value;
}

}  // namespace

RILL_TEST_CASE("awaiting children does not allocate", "[allocation]") {
  if (no_pool_here()) co_return;
  auto work = []() -> coro<> {
    int sum = 0;
    for (int i = 0; i < 1'000; ++i) sum += co_await child(i);
    for (int i = 0; i < 1'000; ++i) sum += co_await yielding_child(i);
    CHECK(sum == 999'000);
  };
  const std::size_t allocated = co_await allocations_of(work);
  CHECK(allocated <= 2);  // by the assertion
}

RILL_TEST_CASE("yields and sleeps do not allocate", "[allocation]") {
  if (no_pool_here()) co_return;
  auto work = []() -> coro<> {
    for (int i = 0; i < 1'000; ++i) {
      co_await rill::yield();
      co_await rill::sleep(1ms);
    }
  };
  const std::size_t allocated = co_await allocations_of(work);
  CHECK(allocated == 0);
}

RILL_TEST_CASE("tasks and futures do not allocate", "[allocation]") {
  if (no_pool_here()) co_return;
  auto work = []() -> coro<> {
    for (int i = 0; i < 1'000; ++i) {
      const rill::task<int> task = rill::create_task(yielding_child(i));
      const rill::task<int> call = rill::create_task(child, i);
      const int first = co_await task;
      const int second = co_await call;
      const rill::future<int> number = rill::create_future<int>();
      number.set_result(first + second);
      const int sum = co_await number;
      static_cast<void>(sum);
    }
  };
  const std::size_t allocated = co_await allocations_of(work);
  CHECK(allocated == 0);
}

RILL_TEST_CASE("callbacks and timers do not allocate", "[allocation]") {
  if (no_pool_here()) co_return;
  int calls = 0;
  auto work = [&calls]() -> coro<> {
    rill::event_loop& loop = rill::event_loop::running();
    for (int i = 0; i < 1'000; ++i) {
      loop.call_soon([&calls] { ++calls; });
      const rill::timer_handle kept = loop.call_later(1ms, [&calls] { ++calls; });
      const rill::timer_handle dropped = loop.call_later(2ms, [&calls] { ++calls; });
      dropped.cancel();
      const rill::future<> gate = rill::create_future();
      gate.add_done_callback([&calls] { ++calls; });
      gate.set_result();
      co_await rill::sleep(1ms);
    }
  };
  const std::size_t allocated = co_await allocations_of(work);
  CHECK(allocated == 0);
  CHECK(calls == 6'000);
}

// Up to the size that the heap of timers keeps when it is empty.
RILL_TEST_CASE("many tasks asleep at once allocate nothing the second time", "[allocation]") {
  if (no_pool_here()) co_return;
  const auto nap = [](int time) -> coro<> {
    co_await rill::sleep(std::chrono::milliseconds(time));
  };
  std::vector<rill::task<>> sleepers;
  sleepers.reserve(1'000);
  auto work = [&]() -> coro<> {
    for (int i = 0; i < 1'000; ++i) sleepers.push_back(rill::create_task(nap, i % 100 + 1));
    co_await rill::sleep(1s);
    sleepers.clear();
  };
  const std::size_t allocated = co_await allocations_of(work);
  CHECK(allocated == 0);
}
