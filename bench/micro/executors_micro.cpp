// SPDX-License-Identifier: BSL-1.0
//
// Jobs on their way to threads and back. A hop is the whole way: give a job that does nothing to a
// pool of one thread, and await it. peers/asio_executors.cpp and peers/coro_executors.cpp have the
// same under the same names.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "rill/rill.hpp"

namespace {

constexpr std::int64_t jobs_per_round = 1'000'000;

void nothing() {}

rill::coro<> hops_by_submit(benchmark::State& state, rill::thread_pool_executor& pool) {
  for (auto _ : state) co_await pool.submit(nothing);
}
rill::coro<> hops_by_executor(benchmark::State& state, rill::thread_pool_executor& pool) {
  for (auto _ : state) co_await rill::run_in_executor(pool, nothing);
}
rill::coro<> hops_by_to_thread(benchmark::State& state, rill::thread_pool_executor& /*pool*/) {
  for (auto _ : state) co_await rill::to_thread(nothing);
}

using hops = rill::coro<> (*)(benchmark::State&, rill::thread_pool_executor&);

void hop(benchmark::State& state, hops way) {
  rill::thread_pool_executor pool(1);
  rill::run(way(state, pool));
}

// From a thread without a loop, which blocks until it is done.
void hop_blocking(benchmark::State& state) {
  rill::thread_pool_executor pool(1);
  for (auto _ : state) pool.submit(nothing).wait();
}

// So many jobs that do nothing but count, through two threads.
void small_jobs(benchmark::State& state) {
  for (auto _ : state) {
    std::atomic<std::int64_t> count = 0;
    {
      rill::thread_pool_executor pool(2);
      const auto add = [&count] { count.fetch_add(1, std::memory_order_relaxed); };
      for (std::int64_t i = 0; i < jobs_per_round; ++i) static_cast<void>(pool.submit(add));
    }
    if (count != jobs_per_round) state.SkipWithError("jobs were lost");
  }
  state.SetItemsProcessed(state.iterations() * jobs_per_round);
}

// The same with a future each, all awaited.
rill::coro<std::int64_t> gathers(rill::thread_pool_executor& pool, std::int64_t count) {
  std::vector<rill::future<std::int64_t>> jobs;
  jobs.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    jobs.push_back(rill::run_in_executor(pool, [](std::int64_t given) { return given; }, i));
  }
  std::int64_t sum = 0;
  for (const rill::future<std::int64_t>& job : jobs) {
    const std::int64_t value = co_await job;
    sum += value;
  }
  co_return sum;
}

void small_jobs_awaited(benchmark::State& state) {
  rill::thread_pool_executor pool(2);
  for (auto _ : state) benchmark::DoNotOptimize(rill::run(gathers(pool, jobs_per_round / 10)));
  state.SetItemsProcessed(state.iterations() * jobs_per_round / 10);
}

// Callbacks given to a loop by another thread.
constexpr std::int64_t posts_per_round = 100'000;

rill::coro<> is_posted_to() {
  rill::event_loop& loop = rill::event_loop::running();
  const rill::future<> over = rill::create_future<>();
  std::int64_t calls = 0;
  const auto called = [&calls, &over] {
    if (++calls == posts_per_round) over.set_result();
  };
  const std::jthread giver([&loop, called] {
    for (std::int64_t i = 0; i < posts_per_round; ++i) loop.call_soon_threadsafe(called);
  });
  co_await over;
}

void post(benchmark::State& state) {
  for (auto _ : state) rill::run(is_posted_to());
  state.SetItemsProcessed(state.iterations() * posts_per_round);
}

}  // namespace

BENCHMARK(post)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(hop, submit, &hops_by_submit)->UseRealTime();
BENCHMARK_CAPTURE(hop, run_in_executor, &hops_by_executor)->UseRealTime();
BENCHMARK_CAPTURE(hop, to_thread, &hops_by_to_thread)->UseRealTime();
BENCHMARK(hop_blocking)->UseRealTime();
BENCHMARK(small_jobs)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(small_jobs_awaited)->UseRealTime()->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
