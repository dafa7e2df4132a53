// SPDX-License-Identifier: BSL-1.0
// micro/core_micro.cpp on Asio's coroutines, with its names; tuned as asio_sync.cpp.
#include <benchmark/benchmark.h>

#include <asio.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

#include "peers/asio_joined.hpp"

namespace {

using namespace std::chrono_literals;

using asio_peer::awaits, asio_peer::coro, asio_peer::executor, asio_peer::joined, asio_peer::timer;
constexpr int batch = 100;

asio::awaitable<int, executor> ready_child(int value) { co_return value; }

coro await_child(benchmark::State& state) {
  for (auto _ : state) {
    for (int i = 0; i < batch; ++i) {
      const int value = co_await ready_child(i);
      benchmark::DoNotOptimize(value);
    }
  }
  state.SetItemsProcessed(state.iterations() * batch);
}

coro yields(std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) co_await asio::post(awaits);
}

coro yields_until(const bool& over) {
  while (!over) co_await asio::post(awaits);
}

coro yield_turns(benchmark::State& state) {
  const executor here = co_await asio::this_coro::executor;
  bool over = false;
  joined others(here, state.range(0) - 1);
  for (std::int64_t i = 1; i < state.range(0); ++i)
    asio::co_spawn(here, yields_until(over), others.one());
  for (auto _ : state) co_await asio::post(awaits);
  over = true;
  co_await others.all();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

coro spawn_join(benchmark::State& state) {
  const executor here = co_await asio::this_coro::executor;
  for (auto _ : state) {
    joined children(here, state.range(0));
    for (std::int64_t i = 0; i < state.range(0); ++i)
      asio::co_spawn(here, yields(state.range(1)), children.one());
    co_await children.all();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

coro call_soon(benchmark::State& state) {
  const executor here = co_await asio::this_coro::executor;
  std::int64_t calls = 0;
  for (auto _ : state) {
    for (int i = 0; i < batch; ++i) asio::post(here, [&calls] { ++calls; });
    co_await asio::post(awaits);
  }
  benchmark::DoNotOptimize(calls);
  state.SetItemsProcessed(state.iterations() * batch);
}

// A wait that is cancelled calls its handler, by the queue: that belongs to it.
coro timer_arm_cancel(benchmark::State& state) {
  const executor here = co_await asio::this_coro::executor;
  std::vector<timer> timers;
  for (int i = 0; i < batch; ++i) timers.emplace_back(here);
  for (auto _ : state) {
    for (timer& each : timers) {
      each.expires_after(10s);
      each.async_wait([](std::error_code) {});
      each.cancel();
    }
    co_await asio::post(awaits);
  }
  state.SetItemsProcessed(state.iterations() * batch);
}

coro sleep_for(std::chrono::nanoseconds delay) {
  timer wait(co_await asio::this_coro::executor, delay);
  co_await wait.async_wait(awaits);
}

coro sleepers(benchmark::State& state) {
  const executor here = co_await asio::this_coro::executor;
  std::minstd_rand random(1);
  std::uniform_int_distribution<std::int64_t> spread(0, 200'000'000);
  const auto sleep_together = [&]() -> coro {
    joined running(here, state.range(0));
    for (std::int64_t i = 0; i < state.range(0); ++i)
      asio::co_spawn(here, sleep_for(std::chrono::nanoseconds(spread(random))), running.one());
    co_await running.all();
  };
  co_await sleep_together();  // one that is not measured, as it takes long enough alone
  for (auto _ : state) co_await sleep_together();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

coro cancel_join(benchmark::State& state) {
  const executor here = co_await asio::this_coro::executor;
  for (auto _ : state) {
    asio::cancellation_signal signal;
    joined child(here, 1);
    asio::co_spawn(here, sleep_for(1h), asio::bind_cancellation_slot(signal.slot(), child.one()));
    co_await asio::post(awaits);
    signal.emit(asio::cancellation_type::terminal);
    co_await child.all();
  }
}

coro yield_limited(benchmark::State& state) {
  using namespace asio::experimental::awaitable_operators;
  const executor here = co_await asio::this_coro::executor;
  for (auto _ : state) {
    timer limit(here, 1s);
    co_await (asio::post(awaits) || limit.async_wait(awaits));
  }
}

using body = coro (*)(benchmark::State&);

void in_loop(benchmark::State& state, body run) {
  asio::io_context context(1);
  asio::co_spawn(context, run(state), asio::detached);
  context.run();
}

}  // namespace

BENCHMARK_CAPTURE(in_loop, await_child, &await_child);
BENCHMARK_CAPTURE(in_loop, yield, &yield_turns)->Arg(1)->Arg(2)->Arg(1000)->Arg(100'000);
BENCHMARK_CAPTURE(in_loop, spawn_join, &spawn_join)->Args({1000, 0})->Args({1000, 1});
BENCHMARK_CAPTURE(in_loop, call_soon, &call_soon);
BENCHMARK_CAPTURE(in_loop, timer_arm_cancel, &timer_arm_cancel);
BENCHMARK_CAPTURE(in_loop, sleepers, &sleepers)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(in_loop, cancel_join, &cancel_join);
BENCHMARK_CAPTURE(in_loop, yield_limited, &yield_limited);

BENCHMARK_MAIN();
