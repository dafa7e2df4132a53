// SPDX-License-Identifier: BSL-1.0
// micro/sync_micro.cpp on libcoro, with its names, as far as it can do the same on one thread. Its
// primitives are made for many threads, and resume who waits in place, inside unlock() or set(): a
// lock for which many tasks of one thread contend is taken by the last of them again and again.
#include <benchmark/benchmark.h>

#include <coro/coro.hpp>
#include <cstddef>
#include <cstdint>

namespace {

coro::task<void> takes_alone(benchmark::State& state, coro::mutex& lock) {
  for (auto _ : state) {
    auto guard = co_await lock.scoped_lock();
    benchmark::DoNotOptimize(lock);
  }
}

void lock_alone(benchmark::State& state) {
  coro::mutex lock;
  coro::sync_wait(takes_alone(state, lock));
}

coro::task<void> takes_permits_alone(benchmark::State& state, coro::semaphore<2>& permits) {
  for (auto _ : state) {
    co_await permits.acquire();
    benchmark::DoNotOptimize(permits);
    co_await permits.release();
  }
}

void semaphore_alone(benchmark::State& state) {
  coro::semaphore<2> permits(2);
  coro::sync_wait(takes_permits_alone(state, permits));
}

coro::task<void> waits_alone(benchmark::State& state, coro::event& flag) {
  for (auto _ : state) {
    co_await flag;
    benchmark::DoNotOptimize(flag);
  }
}

void event_set(benchmark::State& state) {
  coro::event flag(true);
  coro::sync_wait(waits_alone(state, flag));
}

template <std::size_t Capacity>
coro::task<void> puts(coro::ring_buffer<std::int64_t, Capacity>& to) {
  while (true) {
    const auto outcome = co_await to.produce(1);
    if (outcome != coro::ring_buffer_result::produce::produced) co_return;
  }
}

template <std::size_t Capacity>
coro::task<void> gets(benchmark::State& state, coro::ring_buffer<std::int64_t, Capacity>& from) {
  std::int64_t sum = 0;
  for (auto _ : state) {
    const auto item = co_await from.consume();
    sum += *item;
  }
  benchmark::DoNotOptimize(sum);
  co_await from.shutdown();
}

template <std::size_t Capacity>
void queue_items(benchmark::State& state) {
  coro::ring_buffer<std::int64_t, Capacity> items;
  coro::sync_wait(coro::when_all(gets(state, items), puts(items)));
}

}  // namespace

BENCHMARK(lock_alone);
BENCHMARK(semaphore_alone);
BENCHMARK(event_set);
BENCHMARK(queue_items<1>)->Name("queue_items/1");
BENCHMARK(queue_items<100>)->Name("queue_items/100");

BENCHMARK_MAIN();
