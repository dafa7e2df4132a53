// SPDX-License-Identifier: BSL-1.0
// micro/executors_micro.cpp on Asio, with its names: a coroutine of an io_context that goes to a
// thread_pool of one thread and back, tuned as asio_sync.cpp.
#include <benchmark/benchmark.h>

#include <asio.hpp>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

#include "peers/asio_coroutines.hpp"

namespace {

constexpr std::int64_t jobs_per_round = 1'000'000;

using asio_peer::awaits, asio_peer::coro;

// A job in the pool whose end is told to the coroutine by its own executor.
coro hops(benchmark::State& state, asio::thread_pool& pool) {
  for (auto _ : state) {
    co_await asio::async_initiate<decltype(awaits), void()>(
        [&pool](auto done) {
          auto home = asio::get_associated_executor(done);
          auto work = asio::prefer(home, asio::execution::outstanding_work.tracked);
          asio::post(pool, [done = std::move(done), work = std::move(work)]() mutable {
            asio::post(work, std::move(done));
          });
        },
        awaits);
  }
}

void hop(benchmark::State& state) {
  asio::thread_pool pool(1);
  asio::io_context context(1);
  asio::co_spawn(context, hops(state, pool), asio::detached);
  context.run();
}

void small_jobs(benchmark::State& state) {
  for (auto _ : state) {
    std::atomic<std::int64_t> count = 0;
    asio::thread_pool pool(2);
    for (std::int64_t i = 0; i < jobs_per_round; ++i) {
      asio::post(pool, [&count] { count.fetch_add(1, std::memory_order_relaxed); });
    }
    pool.join();
    if (count != jobs_per_round) state.SkipWithError("jobs were lost");
  }
  state.SetItemsProcessed(state.iterations() * jobs_per_round);
}

// Callbacks given to a loop by another thread.
constexpr std::int64_t posts_per_round = 100'000;

void post(benchmark::State& state) {
  for (auto _ : state) {
    asio::io_context context(1);
    auto work = asio::make_work_guard(context);
    std::int64_t calls = 0;
    const auto called = [&calls, &work] {
      if (++calls == posts_per_round) work.reset();
    };
    std::thread giver([&context, called] {
      for (std::int64_t i = 0; i < posts_per_round; ++i) asio::post(context, called);
    });
    context.run();
    giver.join();
  }
  state.SetItemsProcessed(state.iterations() * posts_per_round);
}

}  // namespace

BENCHMARK(post)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(hop)->UseRealTime();
BENCHMARK(small_jobs)->UseRealTime()->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
