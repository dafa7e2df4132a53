// SPDX-License-Identifier: BSL-1.0
// Micro benchmarks of coroutines, tasks and timers; each has its floor, of the same name, in
// floors/core_floors.cpp. With --memory alone it prints what tasks take of memory instead.
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string_view>
#include <vector>

#include "rill/core.hpp"
#include "rill/loop.hpp"

namespace {

using namespace std::chrono_literals;

__attribute__((noinline)) rill::coro<int> ready_child(int value) { co_return value; }

// A constant number of operations per iteration hides the cost of the benchmark's own loop.
constexpr int batch = 100;

rill::coro<> await_child(benchmark::State& state) {
  for (auto round : state) {
    static_cast<void>(round);
    for (int i = 0; i < batch; ++i) {
      const int value = co_await ready_child(i);
      benchmark::DoNotOptimize(value);
    }
  }
  state.SetItemsProcessed(state.iterations() * batch);
}

rill::coro<> yield_times(std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) co_await rill::yield();
}

rill::coro<> yields_until(const bool& over) {
  while (!over) co_await rill::yield();
}

// All tasks take turns; one of them counts, so an iteration is one turn of each.
rill::coro<> yield_turns(benchmark::State& state) {
  bool over = false;
  std::vector<rill::task<>> others;
  for (std::int64_t i = 1; i < state.range(0); ++i)
    others.push_back(rill::create_task(yields_until(over)));
  for (auto round : state) {
    static_cast<void>(round);
    co_await rill::yield();
  }
  over = true;
  for (auto& task : others) co_await task;
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

rill::coro<> spawn_join(benchmark::State& state) {
  for (auto round : state) {
    static_cast<void>(round);
    auto task = rill::create_task(ready_child(1));
    const int value = co_await std::move(task);
    benchmark::DoNotOptimize(value);
  }
}

rill::coro<> spawn_and_join(std::vector<rill::task<>>& running, std::int64_t tasks,
                            std::int64_t yields) {
  for (std::int64_t i = 0; i < tasks; ++i)
    running.push_back(rill::create_task(yield_times(yields)));
  for (auto& task : running) co_await task;
  running.clear();
}

// Once before it counts: what the system needs to find memory for many is no cost of a task.
rill::coro<> spawn_join_many(benchmark::State& state) {
  const std::int64_t tasks = state.range(0);
  std::vector<rill::task<>> running;
  running.reserve(static_cast<std::size_t>(tasks));
  co_await spawn_and_join(running, tasks, state.range(1));
  for (auto round : state) {
    static_cast<void>(round);
    co_await spawn_and_join(running, tasks, state.range(1));
  }
  state.SetItemsProcessed(state.iterations() * tasks);
}

rill::coro<> call_soon(benchmark::State& state) {
  rill::event_loop& loop = rill::event_loop::running();
  std::int64_t calls = 0;
  for (auto round : state) {
    static_cast<void>(round);
    for (int i = 0; i < batch; ++i) loop.call_soon([&calls] { ++calls; });
    co_await rill::yield();
  }
  benchmark::DoNotOptimize(calls);
  state.SetItemsProcessed(state.iterations() * batch);
}

rill::coro<> timer_arm_cancel(benchmark::State& state) {
  rill::event_loop& loop = rill::event_loop::running();
  for (auto round : state) {
    static_cast<void>(round);
    loop.call_later(10s, [] {}).cancel();
  }
  co_return;
}

// Among others, all of them earlier.
rill::coro<> timer_among(benchmark::State& state) {
  rill::event_loop& loop = rill::event_loop::running();
  std::vector<rill::timer_handle> others;
  others.reserve(static_cast<std::size_t>(state.range(0)));
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    others.push_back(loop.call_later(1h + std::chrono::nanoseconds(i), [] {}));
  }
  for (auto round : state) {
    static_cast<void>(round);
    loop.call_later(2h, [] {}).cancel();
  }
  for (rill::timer_handle& other : others) other.cancel();
  co_return;
}

rill::coro<> sleep_for(std::chrono::nanoseconds delay) { co_await rill::sleep(delay); }

/// Bytes that malloc has given out.
std::size_t memory_in_use() {
  const struct mallinfo2 all = ::mallinfo2();
  return all.uordblks + all.hblkhd;
}

// Deadlines spread at random, one for two microseconds: 100,000 over 200 ms.
rill::coro<> sleepers(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  std::minstd_rand random(1);
  std::uniform_int_distribution<std::int64_t> spread(0, 2000 * count);
  for (auto round : state) {
    static_cast<void>(round);
    std::vector<rill::task<>> running;
    running.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i)
      running.push_back(rill::create_task(sleep_for(std::chrono::nanoseconds(spread(random)))));
    for (auto& task : running) co_await task;
  }
  state.SetItemsProcessed(state.iterations() * count);
}

rill::coro<> wait_for(const rill::future<>& awaited) { co_await awaited; }

rill::coro<> wait_together(std::int64_t count) {
  std::vector<rill::task<>> running;
  running.reserve(static_cast<std::size_t>(count));
  const rill::future<> awaited = rill::create_future<>();
  for (std::int64_t i = 0; i < count; ++i) running.push_back(rill::create_task(wait_for(awaited)));
  co_await rill::yield();
  awaited.set_result();
  for (auto& task : running) co_await task;
}

rill::coro<> waiters(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  co_await wait_together(count);  // as above
  for (auto round : state) {
    static_cast<void>(round);
    co_await wait_together(count);
  }
  state.SetItemsProcessed(state.iterations() * count);
}

rill::coro<> cancel_join(benchmark::State& state) {
  for (auto round : state) {
    static_cast<void>(round);
    auto task = rill::create_task(sleep_for(1h));
    co_await rill::yield();
    task.cancel();
    try {
      co_await task;
    } catch (const rill::cancelled_error&) {
    }
  }
}

template <class Make>
rill::coro<std::size_t> bytes_per_task(Make make, std::size_t count) {
  std::vector<rill::task<>> running;
  running.reserve(count);
  const std::size_t before = memory_in_use();
  for (std::size_t i = 0; i < count; ++i) running.push_back(rill::create_task(make()));
  co_await rill::yield();
  const std::size_t taken = memory_in_use() - before;
  for (auto& task : running) task.cancel();
  co_return taken / count;
}

/// What a function returns in a child process: pools keep what they have.
template <class Measure>
std::size_t in_child(Measure measure) {
  int ends[2];
  if (::pipe(ends) != 0) return 0;
  const pid_t child = ::fork();
  if (child == 0) {
    const std::size_t result = measure();
    const ssize_t written = ::write(ends[1], &result, sizeof result);
    ::_exit(written == sizeof result ? 0 : 1);
  }
  std::size_t result = 0;
  if (child < 0 || ::read(ends[0], &result, sizeof result) != sizeof result) result = 0;
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  return result;
}

void tell_memory() {
  const std::size_t sleeper = in_child([] {
    const auto make = [] { return sleep_for(1h); };
    return rill::run(bytes_per_task(make, 100'000));
  });
  const std::size_t waiter = in_child([] {
    rill::future<> awaited;
    const auto make = [&awaited] {
      if (!awaited) awaited = rill::create_future<>();
      return wait_for(awaited);
    };
    return rill::run(bytes_per_task(make, 1'000'000));
  });
  std::printf("bytes_per_sleeper=%zu bytes_per_waiter=%zu\n", sleeper, waiter);
}

using body = rill::coro<> (*)(benchmark::State&);

void in_loop(benchmark::State& state, body run) { rill::run(run(state)); }

}  // namespace

BENCHMARK_CAPTURE(in_loop, await_child, &await_child);
BENCHMARK_CAPTURE(in_loop, yield, &yield_turns)
    ->Arg(1)
    ->Arg(2)
    ->Arg(1000)
    ->Arg(100'000)
    ->Arg(1'000'000);
BENCHMARK_CAPTURE(in_loop, spawn_join_1, &spawn_join);
BENCHMARK_CAPTURE(in_loop, spawn_join, &spawn_join_many)
    ->Args({1000, 0})
    ->Args({1000, 1})
    ->Args({100'000, 0})
    ->Args({1'000'000, 0});
BENCHMARK_CAPTURE(in_loop, call_soon, &call_soon);
BENCHMARK_CAPTURE(in_loop, timer_arm_cancel, &timer_arm_cancel);
BENCHMARK_CAPTURE(in_loop, timer_among, &timer_among)->Arg(1000)->Arg(100'000)->Arg(1'000'000);
BENCHMARK_CAPTURE(in_loop, sleepers, &sleepers)
    ->Arg(1000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(in_loop, waiters, &waiters)
    ->Arg(1000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(in_loop, cancel_join, &cancel_join);

int main(int count, char** arguments) {
  if (count == 2 && std::string_view(arguments[1]) == "--memory") {
    tell_memory();
    return 0;
  }
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
