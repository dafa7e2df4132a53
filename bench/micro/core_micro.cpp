// SPDX-License-Identifier: BSL-1.0
// Micro benchmarks of coroutines, tasks and timers; each has its floor, of the same name, in
// floors/core_floors.cpp.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rill/core.hpp"
#include "rill/loop.hpp"

namespace {

using namespace std::chrono_literals;

__attribute__((noinline)) rill::coro<int> ready_child(int value) { co_return value; }

rill::coro<> await_child(benchmark::State& state) {
  std::int64_t sum = 0;
  for (auto round : state) {
    static_cast<void>(round);
    const int value = co_await ready_child(1);
    sum += value;
  }
  benchmark::DoNotOptimize(sum);
}

rill::coro<> yield_times(std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) co_await rill::yield();
}

rill::coro<> yield_one(benchmark::State& state) {
  for (auto round : state) {
    static_cast<void>(round);
    co_await rill::yield();
  }
}

rill::coro<> yield_many(benchmark::State& state) {
  const std::int64_t tasks = state.range(0);
  constexpr std::int64_t rounds = 100;
  for (auto round : state) {
    static_cast<void>(round);
    std::vector<rill::task<>> running;
    running.reserve(static_cast<std::size_t>(tasks));
    for (std::int64_t i = 0; i < tasks; ++i)
      running.push_back(rill::create_task(yield_times(rounds)));
    for (auto& task : running) co_await task;
  }
  state.SetItemsProcessed(state.iterations() * tasks * rounds);
}

rill::coro<> spawn_join(benchmark::State& state) {
  for (auto round : state) {
    static_cast<void>(round);
    auto task = rill::create_task(ready_child(1));
    const int value = co_await std::move(task);
    benchmark::DoNotOptimize(value);
  }
}

rill::coro<> spawn_join_many(benchmark::State& state) {
  const std::int64_t tasks = state.range(0);
  const std::int64_t yields = state.range(1);
  std::vector<rill::task<>> running;
  running.reserve(static_cast<std::size_t>(tasks));
  for (auto round : state) {
    static_cast<void>(round);
    for (std::int64_t i = 0; i < tasks; ++i)
      running.push_back(rill::create_task(yield_times(yields)));
    for (auto& task : running) co_await task;
    running.clear();
  }
  state.SetItemsProcessed(state.iterations() * tasks);
}

rill::coro<> call_soon(benchmark::State& state) {
  rill::event_loop& loop = rill::event_loop::running();
  std::int64_t calls = 0;
  for (auto round : state) {
    static_cast<void>(round);
    for (int i = 0; i < 100; ++i) loop.call_soon([&calls] { ++calls; });
    co_await rill::yield();
  }
  benchmark::DoNotOptimize(calls);
  state.SetItemsProcessed(state.iterations() * 100);
}

rill::coro<> timer_arm_cancel(benchmark::State& state) {
  rill::event_loop& loop = rill::event_loop::running();
  for (auto round : state) {
    static_cast<void>(round);
    loop.call_later(10s, [] {}).cancel();
  }
  co_return;
}

rill::coro<> sleep_for(std::chrono::nanoseconds delay) { co_await rill::sleep(delay); }

rill::coro<> sleepers(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  for (auto round : state) {
    static_cast<void>(round);
    std::vector<rill::task<>> running;
    running.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
      running.push_back(rill::create_task(
          sleep_for(std::chrono::nanoseconds(1'000'000 + (i * 7919) % 10'000'000))));
    }
    for (auto& task : running) co_await task;
  }
  state.SetItemsProcessed(state.iterations() * count);
}

rill::coro<> cancel_join(benchmark::State& state) {
  for (auto round : state) {
    static_cast<void>(round);
    auto task = rill::create_task(sleep_for(1h));
    co_await rill::yield();
    task.cancel();
    try {
      co_await task;
    } catch (const rill::cancelled_error&) {
    }
  }
}

using body = rill::coro<> (*)(benchmark::State&);

void in_loop(benchmark::State& state, body run) { rill::run(run(state)); }

}  // namespace

BENCHMARK_CAPTURE(in_loop, await_child, &await_child);
BENCHMARK_CAPTURE(in_loop, yield_1, &yield_one);
BENCHMARK_CAPTURE(in_loop, yield, &yield_many)->Arg(1000);
BENCHMARK_CAPTURE(in_loop, spawn_join_1, &spawn_join);
BENCHMARK_CAPTURE(in_loop, spawn_join, &spawn_join_many)
    ->Args({1000, 0})
    ->Args({1000, 1})
    ->Args({1'000'000, 0});
BENCHMARK_CAPTURE(in_loop, call_soon, &call_soon);
BENCHMARK_CAPTURE(in_loop, timer_arm_cancel, &timer_arm_cancel);
BENCHMARK_CAPTURE(in_loop, sleepers, &sleepers)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(in_loop, cancel_join, &cancel_join);

BENCHMARK_MAIN();
