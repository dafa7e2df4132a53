// SPDX-License-Identifier: BSL-1.0
// Floors of the core benchmarks: bare coroutines, a hand-written queue and a hand-written heap, no
// library. Each case is named after the benchmark that it is the floor of. With --memory alone it
// prints what tasks take of memory instead.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <random>
#include <string_view>
#include <vector>

#include "support/floor_sleep.hpp"
#include "support/floor_tasks.hpp"
#include "support/floor_timers.hpp"

namespace {

using floors::now_ns;
using floors::ready;
using floors::sleep_until;
using floors::task;
using floors::yield;

// A constant number of operations per iteration hides the cost of the benchmark's own loop.
constexpr int batch = 100;

// Says how many operations one iteration has.
void report(benchmark::State& state, std::int64_t operations) {
  state.SetItemsProcessed(state.iterations() * operations);
}

[[gnu::noinline]] floors::child ends_at_once(int value) { co_return value; }

task await_children(benchmark::State& state) {
  for (auto _ : state) {
    for (int i = 0; i < batch; ++i) {
      const int value = co_await ends_at_once(i);
      benchmark::DoNotOptimize(value);
    }
  }
}

void await_child(benchmark::State& state) {
  const task run = await_children(state);
  ready.run();
  report(state, batch);
}
BENCHMARK(await_child);

task yields_until(const bool& over) {
  while (!over) co_await yield();
}

task yields_measured(benchmark::State& state, bool& over) {
  for (auto _ : state) co_await yield();
  over = true;
}

// All tasks take turns; one of them counts, so an iteration is one turn of each.
void yield_turns(benchmark::State& state) {
  bool over = false;
  std::vector<task> tasks;
  for (std::int64_t i = 1; i < state.range(0); ++i) tasks.push_back(yields_until(over));
  tasks.push_back(yields_measured(state, over));
  ready.run();
  report(state, state.range(0));
}
BENCHMARK(yield_turns)->Name("yield")->Arg(1)->Arg(2)->Arg(1000)->Arg(100'000)->Arg(1'000'000);

[[gnu::noinline]] task ready_child() { co_return; }

[[gnu::noinline]] task yielding_child() { co_await yield(); }

template <task (*Child)()>
task spawn_and_join(std::vector<task>& children, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) children.push_back(Child());
  for (task& child : children) co_await child;
  children.clear();
}

// Once before it counts: what the system needs to find memory for many is no cost of a task.
template <task (*Child)()>
task spawn_and_join_measured(benchmark::State& state) {
  std::vector<task> children;
  children.reserve(static_cast<std::size_t>(state.range(0)));
  co_await spawn_and_join<Child>(children, state.range(0));
  for (auto _ : state) co_await spawn_and_join<Child>(children, state.range(0));
}

template <task (*Child)()>
void spawn_join(benchmark::State& state) {
  const task run = spawn_and_join_measured<Child>(state);
  ready.run();
  report(state, state.range(0));
}
BENCHMARK(spawn_join<ready_child>)
    ->Name("spawn_join")
    ->Args({1000, 0})
    ->Args({100'000, 0})
    ->Args({1'000'000, 0});
BENCHMARK(spawn_join<yielding_child>)->Name("spawn_join")->Args({1000, 1});

struct call : floors::pooled, floors::ready_node {
  explicit call(int& sum) : sum_(sum) {
    run = [](ready_node* node) {
      call* self = static_cast<call*>(node);
      ++self->sum_;
      delete self;
    };
  }

 private:
  int& sum_;
};

void call_soon(benchmark::State& state) {
  int sum = 0;
  for (auto _ : state) {
    for (int i = 0; i < batch; ++i) ready.push(new call(sum));
    ready.run();
  }
  benchmark::DoNotOptimize(sum);
  report(state, batch);
}
BENCHMARK(call_soon);

// Beside the number of other timers given, all of them earlier.
void timer_arm_disarm(benchmark::State& state) {
  floors::timer_heap heap;
  std::vector<floors::timer> others(static_cast<std::size_t>(state.range(0)));
  const std::int64_t start = now_ns();
  for (floors::timer& other : others) heap.arm(other, start + (&other - others.data()));
  floors::timer limit{};
  for (auto _ : state) {
    heap.arm(limit, now_ns() + 1'000'000'000);
    benchmark::DoNotOptimize(limit.place);
    heap.disarm(limit);
  }
  report(state, 1);
}
BENCHMARK(timer_arm_disarm)
    ->Name("timer_arm_cancel")
    ->Arg(0)
    ->Arg(1000)
    ->Arg(100'000)
    ->Arg(1'000'000);

[[gnu::noinline]] task sleeper(floors::timer_heap& heap, std::int64_t deadline) {
  co_await sleep_until(heap, deadline);
}

// Deadlines spread at random, one for two microseconds: 100,000 over 200 ms.
std::vector<task> sleepers_of(floors::timer_heap& heap, std::int64_t count) {
  std::minstd_rand random(1);
  std::uniform_int_distribution<std::int64_t> spread(0, 2000 * count);
  std::vector<task> tasks;
  tasks.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i)
    tasks.push_back(sleeper(heap, now_ns() + spread(random)));
  return tasks;
}

void sleepers(benchmark::State& state) {
  for (auto _ : state) {
    floors::timer_heap heap;
    const std::vector<task> tasks = sleepers_of(heap, state.range(0));
    floors::run_timers(heap);
  }
  report(state, state.range(0));
}
BENCHMARK(sleepers)->Arg(1000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

/// Waits for nothing; who is struck in it throws.
struct until_struck {
  explicit until_struck(floors::resumable*& place) : place_(place) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<task::promise_type> self) const noexcept {
    place_ = &self.promise();
  }
  [[noreturn]] void await_resume() const { throw 1; }

 private:
  floors::resumable*& place_;
};

[[gnu::noinline]] task waits_in_vain(floors::resumable*& place) {
  try {
    co_await until_struck(place);
  } catch (int) {
  }
}

task cancels_and_joins(benchmark::State& state) {
  for (auto _ : state) {
    floors::resumable* place = nullptr;
    task waiting = waits_in_vain(place);
    co_await yield();
    place->schedule();
    co_await waiting;
  }
}

// One throw, caught where it is thrown: the least that unwinds.
void cancel_join(benchmark::State& state) {
  const task run = cancels_and_joins(state);
  ready.run();
}
BENCHMARK(cancel_join);

// Frames, heap slots and handles.
void tell_memory() {
  constexpr std::int64_t count = 100'000;
  floors::timer_heap heap;
  const std::vector<task> tasks = sleepers_of(heap, count);
  const std::size_t bytes = floors::frames.bytes + heap.bytes() + tasks.size() * sizeof(task);
  std::printf("bytes_per_sleeper=%zu\n", bytes / tasks.size());
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 2 && std::string_view(arguments[1]) == "--memory") {
    tell_memory();
    return 0;
  }
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
