// SPDX-License-Identifier: BSL-1.0
// micro/executors_micro.cpp on libcoro, with its names. Its coroutines have no loop of their own to
// come back to without its I/O scheduler: a second pool of one thread stands for it, so a hop is
// the way to a thread and back, as there.
#include <benchmark/benchmark.h>

#include <atomic>
#include <coro/coro.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace {

constexpr std::int64_t jobs_per_round = 1'000'000;

std::unique_ptr<coro::thread_pool> make_pool(std::uint32_t threads) {
  coro::thread_pool::options options;
  options.thread_count = threads;
  return coro::thread_pool::make_unique(std::move(options));
}

coro::task<void> nothing() { co_return; }

coro::task<void> hops(benchmark::State& state, coro::thread_pool& home, coro::thread_pool& pool) {
  co_await home.schedule();
  for (auto _ : state) {
    co_await pool.schedule();
    co_await home.schedule();
  }
}

void hop(benchmark::State& state) {
  const auto home = make_pool(1);
  const auto pool = make_pool(1);
  coro::sync_wait(hops(state, *home, *pool));
}

void hop_blocking(benchmark::State& state) {
  const auto pool = make_pool(1);
  for (auto _ : state) coro::sync_wait(pool->schedule(nothing()));
}

coro::task<void> add(std::atomic<std::int64_t>& count) {
  count.fetch_add(1, std::memory_order_relaxed);
  co_return;
}

void small_jobs(benchmark::State& state) {
  for (auto _ : state) {
    std::atomic<std::int64_t> count = 0;
    {
      const auto pool = make_pool(2);
      for (std::int64_t i = 0; i < jobs_per_round; ++i) pool->spawn_detached(add(count));
      pool->shutdown();
    }
    if (count != jobs_per_round) state.SkipWithError("jobs were lost");
  }
  state.SetItemsProcessed(state.iterations() * jobs_per_round);
}

coro::task<std::int64_t> give(std::int64_t value) { co_return value; }

void small_jobs_awaited(benchmark::State& state) {
  constexpr std::int64_t jobs = jobs_per_round / 10;
  const auto pool = make_pool(2);
  for (auto _ : state) {
    std::vector<coro::task<std::int64_t>> all;
    all.reserve(static_cast<std::size_t>(jobs));
    for (std::int64_t i = 0; i < jobs; ++i) all.push_back(pool->schedule(give(i)));
    auto ended = coro::sync_wait(coro::when_all(std::move(all)));
    std::int64_t sum = 0;
    for (auto& each : ended) sum += each.return_value();
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * jobs);
}

}  // namespace

BENCHMARK(hop)->UseRealTime();
BENCHMARK(hop_blocking)->UseRealTime();
BENCHMARK(small_jobs)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(small_jobs_awaited)->UseRealTime()->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
