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

task takes_permits_alone(benchmark::State& state, floors::semaphore& permits) {
  for (auto _ : state) {
    co_await permits.acquire();
    benchmark::DoNotOptimize(permits);
    permits.release();
  }
}

void semaphore_alone(benchmark::State& state) {
  floors::semaphore permits(2);
  const task run = takes_permits_alone(state, permits);
  ready.run();
}
BENCHMARK(semaphore_alone);

task takes_permits(floors::semaphore& permits, const bool& over) {
  while (!over) {
    co_await permits.acquire();
    permits.release();
  }
}

task takes_permits_measured(benchmark::State& state, floors::semaphore& permits, bool& over) {
  co_await permits.acquire();
  co_await floors::yield();
  for (auto _ : state) {
    permits.release();
    co_await permits.acquire();
  }
  over = true;
  permits.release();
}

void semaphore_contended(benchmark::State& state) {
  floors::semaphore permits(1);
  bool over = false;
  std::vector<task> tasks;
  tasks.push_back(takes_permits_measured(state, permits, over));
  for (std::int64_t i = 1; i < state.range(0); ++i) tasks.push_back(takes_permits(permits, over));
  ready.run();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(semaphore_contended)->Arg(100);

task waits_alone(benchmark::State& state, floors::event& flag) {
  for (auto _ : state) {
    co_await flag.wait();
    benchmark::DoNotOptimize(flag);
  }
}

void event_set(benchmark::State& state) {
  floors::event flag(true);
  const task run = waits_alone(state, flag);
  ready.run();
}
BENCHMARK(event_set);

task waits(floors::event& flag, const bool& over) {
  while (!over) co_await flag.wait();
}

task sets(benchmark::State& state, floors::event& flag, bool& over) {
  for (auto _ : state) {
    flag.set();
    flag.clear();
    co_await floors::yield();
  }
  over = true;
  flag.set();
}

void event_wakes(benchmark::State& state) {
  floors::event flag;
  bool over = false;
  std::vector<task> tasks;
  for (std::int64_t i = 0; i < state.range(0); ++i) tasks.push_back(waits(flag, over));
  tasks.push_back(sets(state, flag, over));
  ready.run();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(event_wakes)->Arg(100)->Arg(10'000);

task waits_under(floors::lock& mutex, floors::condition& changed, const bool& over) {
  co_await mutex.acquire();
  while (!over) co_await changed.wait();
  mutex.release();
}

task notifies(benchmark::State& state, floors::lock& mutex, floors::condition& changed,
              bool& over) {
  for (auto _ : state) {
    co_await mutex.acquire();
    changed.notify_all();
    mutex.release();
  }
  co_await mutex.acquire();
  over = true;
  changed.notify_all();
  mutex.release();
}

void condition_wakes(benchmark::State& state) {
  floors::lock mutex;
  floors::condition changed(mutex);
  bool over = false;
  std::vector<task> tasks;
  for (std::int64_t i = 0; i < state.range(0); ++i)
    tasks.push_back(waits_under(mutex, changed, over));
  tasks.push_back(notifies(state, mutex, changed, over));
  ready.run();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(condition_wakes)->Arg(100);

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

// With a capacity of 0 it is the floor of a channel.
void queue_items(benchmark::State& state) {
  floors::queue items(static_cast<std::size_t>(state.range(0)));
  bool over = false;
  const task producer = puts(items, over);
  const task consumer = gets(state, items, over);
  ready.run();
}
BENCHMARK(queue_items)->Arg(0)->Arg(1)->Arg(100);

}  // namespace

BENCHMARK_MAIN();
