// SPDX-License-Identifier: BSL-1.0
//
// Items on their way between two threads, one of which or both run a loop; and the floor, a mutex,
// two condition variables and a deque between two plain threads. One round moves `items_per_round`
// items; the argument is the bound, 0 for none.
#include <benchmark/benchmark.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "rill/rill.hpp"

namespace {

constexpr std::int64_t items_per_round = 200'000;
using queue = rill::threadsafe_queue<std::int64_t>;

class floor_queue {
 public:
  explicit floor_queue(std::int64_t bound) : bound_(static_cast<std::size_t>(bound)) {}

  void put(std::int64_t item) {
    {
      std::unique_lock guard(mutex_);
      room_.wait(guard, [this] { return bound_ == 0 || items_.size() < bound_; });
      items_.push_back(item);
    }
    filled_.notify_one();
  }
  std::int64_t get() {
    std::int64_t item = 0;
    {
      std::unique_lock guard(mutex_);
      filled_.wait(guard, [this] { return !items_.empty(); });
      item = items_.front();
      items_.pop_front();
    }
    if (bound_ != 0) room_.notify_one();
    return item;
  }

 private:
  const std::size_t bound_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::condition_variable room_;
  std::deque<std::int64_t> items_;
};

void put_all(queue& to) {
  for (std::int64_t i = 0; i < items_per_round; ++i) to.put_blocking(i);
}
rill::coro<> put_all_here(queue& to) {
  for (std::int64_t i = 0; i < items_per_round; ++i) co_await to.put(i);
}
void get_all(queue& from) {
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < items_per_round; ++i) sum += from.get_blocking();
  benchmark::DoNotOptimize(sum);
}
rill::coro<> get_all_here(queue& from) {
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < items_per_round; ++i) {
    const std::int64_t item = co_await from.get();
    sum += item;
  }
  benchmark::DoNotOptimize(sum);
}
void put_all_in_loop(queue& to) { rill::run(put_all_here(to)); }
void get_all_in_loop(queue& from) { rill::run(get_all_here(from)); }

using end = void (*)(queue&);

void between(benchmark::State& state, end put, end get) {
  for (auto round : state) {
    static_cast<void>(round);
    queue items(state.range(0));
    std::jthread other(put, std::ref(items));
    get(items);
  }
  state.SetItemsProcessed(state.iterations() * items_per_round);
}

void floor_between(benchmark::State& state) {
  for (auto round : state) {
    static_cast<void>(round);
    floor_queue items(state.range(0));
    std::jthread other([&items] {
      for (std::int64_t i = 0; i < items_per_round; ++i) items.put(i);
    });
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < items_per_round; ++i) sum += items.get();
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * items_per_round);
}

/// Without a second thread: what putting and getting cost when nobody waits.
void alone(benchmark::State& state) {
  queue items;
  for (auto round : state) {
    static_cast<void>(round);
    items.put_blocking(1);
    benchmark::DoNotOptimize(items.get_blocking());
  }
}

}  // namespace

BENCHMARK(floor_between)->Arg(0)->Arg(1000)->UseRealTime();
BENCHMARK_CAPTURE(between, thread_to_thread, &put_all, &get_all)->Arg(0)->Arg(1000)->UseRealTime();
BENCHMARK_CAPTURE(between, thread_to_task, &put_all, &get_all_in_loop)
    ->Arg(0)
    ->Arg(1000)
    ->UseRealTime();
BENCHMARK_CAPTURE(between, task_to_thread, &put_all_in_loop, &get_all)
    ->Arg(0)
    ->Arg(1000)
    ->UseRealTime();
BENCHMARK_CAPTURE(between, loop_to_loop, &put_all_in_loop, &get_all_in_loop)
    ->Arg(0)
    ->Arg(1000)
    ->UseRealTime();
BENCHMARK(alone);

BENCHMARK_MAIN();
