// SPDX-License-Identifier: BSL-1.0
//
// Micro benchmarks of synchronisation; floors/sync_floors.cpp has the same without a
// library.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "rill/rill.hpp"

namespace {

rill::coro<> lock_alone(benchmark::State& state) {
  rill::lock mutex;
  for (auto round : state) {
    static_cast<void>(round);
    const auto guard = co_await mutex.scoped();
    benchmark::DoNotOptimize(mutex);
  }
}

rill::coro<> semaphore_alone(benchmark::State& state) {
  rill::semaphore permits(2);
  for (auto round : state) {
    static_cast<void>(round);
    co_await permits.acquire();
    benchmark::DoNotOptimize(permits);
    permits.release();
  }
}

rill::coro<> shared_lock_alone(benchmark::State& state) {
  rill::shared_lock table;
  for (auto round : state) {
    static_cast<void>(round);
    const auto guard = co_await table.scoped_shared();
    benchmark::DoNotOptimize(table);
  }
}

rill::coro<> event_set(benchmark::State& state) {
  rill::event flag(true);
  for (auto round : state) {
    static_cast<void>(round);
    co_await flag.wait();
    benchmark::DoNotOptimize(flag);
  }
}

/// One of many that take the lock in turn, for as long as the benchmark runs.
rill::coro<> contends(rill::lock& mutex, const bool& over) {
  while (!over) {
    co_await mutex.acquire();
    mutex.release();
  }
}

rill::coro<> lock_contended(benchmark::State& state) {
  rill::lock mutex;
  bool over = false;
  std::vector<rill::task<>> others;
  for (std::int64_t i = 1; i < state.range(0); ++i)
    others.push_back(rill::create_task(contends(mutex, over)));
  co_await mutex.acquire();
  co_await rill::yield();
  // Each release hands it to the next, and each of them is in the queue again when it comes back.
  for (auto round : state) {
    static_cast<void>(round);
    mutex.release();
    co_await mutex.acquire();
  }
  over = true;
  mutex.release();
  for (rill::task<>& each : others) co_await each;
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

rill::coro<> takes_permits(rill::semaphore& permits, const bool& over) {
  while (!over) {
    co_await permits.acquire();
    permits.release();
  }
}

rill::coro<> semaphore_contended(benchmark::State& state) {
  rill::semaphore permits(1);
  bool over = false;
  std::vector<rill::task<>> others;
  for (std::int64_t i = 1; i < state.range(0); ++i)
    others.push_back(rill::create_task(takes_permits(permits, over)));
  co_await permits.acquire();
  co_await rill::yield();
  for (auto round : state) {
    static_cast<void>(round);
    permits.release();
    co_await permits.acquire();
  }
  over = true;
  permits.release();
  for (rill::task<>& each : others) co_await each;
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

rill::coro<> waits_under(rill::condition& changed, const bool& over) {
  const auto guard = co_await changed.scoped();
  while (!over) co_await changed.wait();
}

rill::coro<> condition_wakes(benchmark::State& state) {
  rill::condition changed;
  bool over = false;
  std::vector<rill::task<>> others;
  for (std::int64_t i = 0; i < state.range(0); ++i)
    others.push_back(rill::create_task(waits_under(changed, over)));
  co_await rill::yield();
  // Who is notified gets the lock in his turn, and waits again; so do we, behind all of them.
  for (auto round : state) {
    static_cast<void>(round);
    co_await changed.acquire();
    changed.notify_all();
    changed.release();
  }
  co_await changed.acquire();
  over = true;
  changed.notify_all();
  changed.release();
  for (rill::task<>& each : others) co_await each;
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

rill::coro<> event_wakes(benchmark::State& state) {
  rill::event flag;
  bool over = false;
  const auto waits = [](rill::event& own, const bool& last) -> rill::coro<> {
    while (!last) co_await own.wait();
  };
  std::vector<rill::task<>> others;
  for (std::int64_t i = 0; i < state.range(0); ++i)
    others.push_back(rill::create_task(waits(flag, over)));
  co_await rill::yield();
  for (auto round : state) {
    static_cast<void>(round);
    flag.set();
    flag.clear();
    co_await rill::yield();
  }
  over = true;
  flag.set();
  for (rill::task<>& each : others) co_await each;
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

rill::coro<> barrier_rounds(benchmark::State& state) {
  rill::barrier meeting(state.range(0));
  const auto meets = [](rill::barrier& own) -> rill::coro<> {
    while (true) co_await own.wait();
  };
  std::vector<rill::task<>> others;
  for (std::int64_t i = 1; i < state.range(0); ++i)
    others.push_back(rill::create_task(meets(meeting)));
  for (auto round : state) {
    static_cast<void>(round);
    co_await meeting.wait();
  }
  for (const rill::task<>& each : others) each.cancel();
  co_await rill::wait(others);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

/// A producer and a consumer, one item for each round.
rill::coro<> queue_items(benchmark::State& state) {
  rill::queue<std::int64_t> items(state.range(0));
  const auto produces = [](rill::queue<std::int64_t>& to) -> rill::coro<> {
    while (true) co_await to.put(1);
  };
  const rill::task<> producer = rill::create_task(produces, std::ref(items));
  std::int64_t sum = 0;
  for (auto round : state) {
    static_cast<void>(round);
    sum += co_await items.get();
  }
  benchmark::DoNotOptimize(sum);
  producer.cancel();
  co_await rill::yield();
}

rill::coro<> channel_items(benchmark::State& state) {
  auto [out, in] = rill::channel<std::int64_t>(state.range(0));
  const auto produces = [](rill::sender<std::int64_t> to) -> rill::coro<> {
    while (true) co_await to.send(1);
  };
  const rill::task<> producer = rill::create_task(produces, std::move(out));
  std::int64_t sum = 0;
  for (auto round : state) {
    static_cast<void>(round);
    const auto item = co_await in.next();
    sum += *item;
  }
  benchmark::DoNotOptimize(sum);
  producer.cancel();
  co_await rill::yield();
}

using body = rill::coro<> (*)(benchmark::State&);

void in_loop(benchmark::State& state, body run) { rill::run(run(state)); }

}  // namespace

BENCHMARK_CAPTURE(in_loop, lock_alone, &lock_alone);
BENCHMARK_CAPTURE(in_loop, semaphore_alone, &semaphore_alone);
BENCHMARK_CAPTURE(in_loop, shared_lock_alone, &shared_lock_alone);
BENCHMARK_CAPTURE(in_loop, event_set, &event_set);
BENCHMARK_CAPTURE(in_loop, lock_contended, &lock_contended)->Arg(2)->Arg(100);
BENCHMARK_CAPTURE(in_loop, semaphore_contended, &semaphore_contended)->Arg(100);
BENCHMARK_CAPTURE(in_loop, condition_wakes, &condition_wakes)->Arg(100);
BENCHMARK_CAPTURE(in_loop, event_wakes, &event_wakes)->Arg(100)->Arg(10'000);
BENCHMARK_CAPTURE(in_loop, barrier_rounds, &barrier_rounds)->Arg(100);
BENCHMARK_CAPTURE(in_loop, queue_items, &queue_items)->Arg(1)->Arg(100);
BENCHMARK_CAPTURE(in_loop, channel_items, &channel_items)->Arg(0)->Arg(100);

BENCHMARK_MAIN();
