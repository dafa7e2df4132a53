// SPDX-License-Identifier: BSL-1.0
//
// Micro benchmarks of combinators, each beside the same work by hand.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "rill/rill.hpp"

namespace {

using namespace std::chrono_literals;

rill::coro<int> ready_child() { co_return 1; }
rill::coro<> asleep() { co_await rill::sleep(1h); }

rill::coro<> await_plain(benchmark::State& state) {
  for (auto round : state) {
    static_cast<void>(round);
    int value = co_await ready_child();
    benchmark::DoNotOptimize(value);
  }
}

rill::coro<> await_limited(benchmark::State& state) {
  for (auto round : state) {
    static_cast<void>(round);
    int value = co_await rill::wait_for(ready_child(), 1s);
    benchmark::DoNotOptimize(value);
  }
}

// A sleep of 0 always gives its turn, unlike a yield of a task that is alone.
rill::coro<> yield_plain(benchmark::State& state) {
  for (auto round : state) {
    static_cast<void>(round);
    co_await rill::sleep(0s);
  }
}

rill::coro<> yield_limited(benchmark::State& state) {
  for (auto round : state) {
    static_cast<void>(round);
    co_await rill::wait_for(rill::sleep(0s), 1s);
  }
}

rill::coro<> join_by_hand(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  for (auto round : state) {
    static_cast<void>(round);
    std::vector<rill::task<int>> running;
    running.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) running.push_back(rill::create_task(ready_child()));
    std::vector<int> values;
    values.reserve(running.size());
    for (auto& task : running) {
      const int value = co_await task;
      values.push_back(value);
    }
    benchmark::DoNotOptimize(values.data());
  }
  state.SetItemsProcessed(state.iterations() * count);
}

rill::coro<> join_by_gather(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  for (auto round : state) {
    static_cast<void>(round);
    std::vector<rill::coro<int>> children;
    children.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) children.push_back(ready_child());
    auto values = co_await rill::gather(std::move(children));
    benchmark::DoNotOptimize(values.data());
  }
  state.SetItemsProcessed(state.iterations() * count);
}

rill::coro<> join_by_group(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  for (auto round : state) {
    static_cast<void>(round);
    const auto body = [count](rill::task_group& group) -> rill::coro<> {
      for (std::int64_t i = 0; i < count; ++i) group.create_task(ready_child());
      co_return;
    };
    co_await rill::with_task_group(body);
  }
  state.SetItemsProcessed(state.iterations() * count);
}

/// Each sleeper is struck, unwinds, and is joined.
rill::coro<> cancel_waiting(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  for (auto round : state) {
    static_cast<void>(round);
    const auto body = [count](rill::task_group& group) -> rill::coro<> {
      for (std::int64_t i = 0; i < count; ++i) group.create_task(asleep());
      co_await rill::yield();
      group.cancel();
    };
    co_await rill::with_task_group(body);
  }
  state.SetItemsProcessed(state.iterations() * count);
}

using body = rill::coro<> (*)(benchmark::State&);

void in_loop(benchmark::State& state, body run) { rill::run(run(state)); }

}  // namespace

BENCHMARK_CAPTURE(in_loop, await_plain, &await_plain);
BENCHMARK_CAPTURE(in_loop, await_limited, &await_limited);
BENCHMARK_CAPTURE(in_loop, yield_plain, &yield_plain);
BENCHMARK_CAPTURE(in_loop, yield_limited, &yield_limited);
BENCHMARK_CAPTURE(in_loop, join_by_hand, &join_by_hand)->Arg(1'000);
BENCHMARK_CAPTURE(in_loop, join_by_gather, &join_by_gather)->Arg(1'000);
BENCHMARK_CAPTURE(in_loop, join_by_group, &join_by_group)->Arg(1'000);
BENCHMARK_CAPTURE(in_loop, cancel_waiting, &cancel_waiting)->Arg(100)->Arg(1'000)->Arg(10'000);

BENCHMARK_MAIN();
