// SPDX-License-Identifier: BSL-1.0
// Floors of micro/trees_micro.cpp on bare coroutines; a node keeps its children in its frame.
#include <benchmark/benchmark.h>

#include <cstdint>

#include "support/floor_sleep.hpp"
#include "support/floor_tasks.hpp"
#include "support/tree_leaves.hpp"

namespace {

using floors::task;

/// What a tree needs.
struct forest {
  floors::timer_heap timers;
  trees::chance chance;
};

floors::sleep_until sleep(forest& own) {
  return floors::sleep_until(own.timers, floors::now_ns() + 50'000'000);
}

using leaf = task (*)(forest&);

[[gnu::noinline]] task none(forest& /*own*/) { co_return; }
[[gnu::noinline]] task io(forest& own) { co_await sleep(own); }
[[gnu::noinline]] task memoization(forest& own) {
  if (!own.chance.found_in_cache()) co_await sleep(own);
}
[[gnu::noinline]] task cpu_io_mixed(forest& own) {
  if (own.chance.heads()) {
    benchmark::DoNotOptimize(trees::factorial_of_500().data());
  } else {
    co_await sleep(own);
  }
}

// A leaf is the task itself here: nothing is gained by a node above it.
[[gnu::noinline]] task node(int level, leaf work, forest& own) {
  task children[trees::branches];
  for (task& child : children) child = level == 1 ? work(own) : node(level - 1, work, own);
  for (task& child : children) co_await child;
}

void tree(benchmark::State& state, leaf work) {
  for (auto _ : state) {
    forest own;
    const task root = node(trees::levels, work, own);
    floors::run_timers(own.timers);
  }
}

}  // namespace

BENCHMARK_CAPTURE(tree, none, &none)->Name("none")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tree, io, &io)->Name("io")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tree, memoization, &memoization)
    ->Name("memoization")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tree, cpu_io_mixed, &cpu_io_mixed)
    ->Name("cpu_io_mixed")
    ->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
