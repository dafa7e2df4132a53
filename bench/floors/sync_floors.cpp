// SPDX-License-Identifier: BSL-1.0
// Floors of micro/sync_micro.cpp: the same cases on bare coroutines, named after them.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/floor_sync.hpp"
#include "support/floor_tasks.hpp"

namespace {

using floors::ready;
using floors::task;

task takes_alone(benchmark::State& state, floors::lock& mutex) {
  for (auto _ : state) {
    co_await mutex.acquire();
    benchmark::DoNotOptimize(mutex);
    mutex.release();
  }
}

void lock_alone(benchmark::State& state) {
  floors::lock mutex;
  const task run = takes_alone(state, mutex);
  ready.run();
}
BENCHMARK(lock_alone);

task takes_in_turn(floors::lock& mutex, const bool& over) {
  while (!over) {
    co_await mutex.acquire();
    mutex.release();
  }
}

task takes_measured(benchmark::State& state, floors::lock& mutex, bool& over) {
  co_await mutex.acquire();
  co_await floors::yield();
  for (auto _ : state) {
    mutex.release();
    co_await mutex.acquire();
  }
  over = true;
  mutex.release();
}

void lock_contended(benchmark::State& state) {
  floors::lock mutex;
  bool over = false;
  std::vector<task> tasks;
  tasks.push_back(takes_measured(state, mutex, over));
  for (std::int64_t i = 1; i < state.range(0); ++i) tasks.push_back(takes_in_turn(mutex, over));
  ready.run();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(lock_contended)->Arg(2)->Arg(100);

task puts(floors::queue& to, const bool& over) {
  while (!over) co_await to.put(1);
}

task gets(benchmark::State& state, floors::queue& from, bool& over) {
  std::int64_t sum = 0;
  for (auto _ : state) sum += co_await from.get();
  benchmark::DoNotOptimize(sum);
  over = true;
  co_await from.get();
}

void queue_items(benchmark::State& state) {
  floors::queue items(static_cast<std::size_t>(state.range(0)));
  bool over = false;
  const task producer = puts(items, over);
  const task consumer = gets(state, items, over);
  ready.run();
}
BENCHMARK(queue_items)->Arg(0)->Arg(1)->Arg(128);

}  // namespace

BENCHMARK_MAIN();
