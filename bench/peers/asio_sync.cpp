// SPDX-License-Identifier: BSL-1.0
// micro/sync_micro.cpp on Asio, with its names. What Asio has for tasks of one thread is the
// channel; one that holds a single item is a lock, one that holds several is a semaphore. Tuned as
// its documentation advises: the concurrency hint, no type-erased executors; and what can be done
// without a wait is tried first, since each async_ call goes through the queue of its executor.
#include <benchmark/benchmark.h>

#include <asio.hpp>
#include <asio/experimental/channel.hpp>
#include <cstddef>
#include <cstdint>
#include <system_error>

#include "peers/asio_coroutines.hpp"

namespace {

using asio_peer::awaits, asio_peer::coro, asio_peer::executor;
using channel = asio::experimental::channel<executor, void(std::error_code, std::int64_t)>;

bool try_acquire(channel& lock) { return lock.try_send(std::error_code(), 0); }

bool release(channel& lock) {
  return lock.try_receive([](std::error_code, std::int64_t) {});
}

coro takes_alone(benchmark::State& state, channel& lock) {
  for (auto _ : state) {
    if (!try_acquire(lock)) co_await lock.async_send(std::error_code(), 0, awaits);
    benchmark::DoNotOptimize(lock);
    release(lock);
  }
}

void alone(benchmark::State& state) {
  asio::io_context context(1);
  channel lock(context.get_executor(), static_cast<std::size_t>(state.range(0)));
  asio::co_spawn(context, takes_alone(state, lock), asio::detached);
  context.run();
}

coro takes_in_turn(channel& lock, const bool& over) {
  while (!over) {
    if (!try_acquire(lock)) co_await lock.async_send(std::error_code(), 0, awaits);
    release(lock);
  }
}

coro takes_measured(benchmark::State& state, channel& lock, bool& over) {
  co_await lock.async_send(std::error_code(), 0, awaits);
  co_await asio::post(awaits);
  for (auto _ : state) {
    release(lock);
    if (!try_acquire(lock)) co_await lock.async_send(std::error_code(), 0, awaits);
  }
  over = true;
  release(lock);
}

void lock_contended(benchmark::State& state) {
  asio::io_context context(1);
  channel lock(context.get_executor(), 1);
  bool over = false;
  asio::co_spawn(context, takes_measured(state, lock, over), asio::detached);
  for (std::int64_t i = 1; i < state.range(0); ++i)
    asio::co_spawn(context, takes_in_turn(lock, over), asio::detached);
  context.run();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

coro puts(channel& to, const bool& over) {
  while (!over) {
    if (!to.try_send(std::error_code(), 1)) co_await to.async_send(std::error_code(), 1, awaits);
  }
}

coro gets(benchmark::State& state, channel& from, bool& over) {
  std::int64_t sum = 0;
  std::int64_t item = 0;
  for (auto _ : state) {
    const bool there = from.try_receive([&](std::error_code, std::int64_t one) { item = one; });
    if (!there) item = co_await from.async_receive(awaits);
    sum += item;
  }
  benchmark::DoNotOptimize(sum);
  over = true;
  from.cancel();
}

void items(benchmark::State& state) {
  asio::io_context context(1);
  channel through(context.get_executor(), static_cast<std::size_t>(state.range(0)));
  bool over = false;
  asio::co_spawn(context, puts(through, over), asio::detached);
  asio::co_spawn(context, gets(state, through, over), asio::detached);
  context.run();
}

}  // namespace

BENCHMARK(alone)->Name("lock_alone")->Arg(1);
BENCHMARK(alone)->Name("semaphore_alone")->Arg(2);
BENCHMARK(lock_contended)->Arg(2)->Arg(100);
BENCHMARK(items)->Name("queue_items")->Arg(1)->Arg(100);
BENCHMARK(items)->Name("channel_items")->Arg(0)->Arg(100);

BENCHMARK_MAIN();
