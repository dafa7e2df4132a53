// SPDX-License-Identifier: BSL-1.0
// Floors of the core benchmarks: bare coroutines, a hand-written queue and a hand-written heap, no
// library. Each case is named after the benchmark that it is the floor of.
#include <benchmark/benchmark.h>
#include <poll.h>

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "support/floor_tasks.hpp"
#include "support/floor_timers.hpp"

namespace {

using floors::ready;
using floors::task;
using floors::yield;

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

// A constant number of operations per iteration hides the cost of the benchmark's own loop.
constexpr int batch = 100;

// Adds the CPU time of each of the operations that one iteration has.
void report(benchmark::State& state, std::int64_t operations) {
  state.counters["each"] = benchmark::Counter(
      static_cast<double>(operations),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
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
BENCHMARK(yield_turns)->Arg(1)->Arg(1000);

[[gnu::noinline]] task ready_child() { co_return; }

[[gnu::noinline]] task yielding_child() { co_await yield(); }

template <task (*Child)()>
task spawn_and_join(benchmark::State& state) {
  for (auto _ : state) {
    task children[batch];
    for (task& child : children) child = Child();
    for (task& child : children) co_await child;
  }
}

template <task (*Child)()>
void spawn_join(benchmark::State& state) {
  const task run = spawn_and_join<Child>(state);
  ready.run();
  report(state, batch);
}
BENCHMARK(spawn_join<ready_child>);
BENCHMARK(spawn_join<yielding_child>);

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
BENCHMARK(timer_arm_disarm)->Arg(0)->Arg(1000)->Arg(100'000);

struct sleep_until : floors::timer {
  sleep_until(floors::timer_heap& heap, std::int64_t deadline) : heap_(heap), deadline_(deadline) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<task::promise_type> self) {
    sleeper_ = &self.promise();
    heap_.arm(*this, deadline_);
  }
  void await_resume() const noexcept {}
  void wake() noexcept { sleeper_->schedule(); }

 private:
  floors::timer_heap& heap_;
  std::int64_t deadline_;
  floors::resumable* sleeper_ = nullptr;
};

[[gnu::noinline]] task sleeper(floors::timer_heap& heap, std::int64_t deadline) {
  co_await sleep_until(heap, deadline);
}

// Waits as a loop on epoll does, in whole milliseconds rounded up.
void run_timers(floors::timer_heap& heap) {
  ready.run();
  while (!heap.empty()) {
    const std::int64_t now = now_ns();
    while (!heap.empty() && heap.next_deadline() <= now) {
      static_cast<sleep_until&>(heap.pop()).wake();
    }
    ready.run();
    if (heap.empty()) return;
    const std::int64_t wait = heap.next_deadline() - now_ns();
    if (wait > 0) poll(nullptr, 0, static_cast<int>((wait + 999'999) / 1'000'000));
  }
}

// Deadlines spread at random over 200 ms. Bytes: frames, heap slots and handles of the first round.
void sleepers(benchmark::State& state) {
  const std::size_t count = static_cast<std::size_t>(state.range(0));
  std::minstd_rand random(1);
  std::uniform_int_distribution<std::int64_t> spread(0, 200'000'000);
  std::size_t bytes = 0;
  floors::forget_free_frames();
  for (auto _ : state) {
    const std::size_t frames_before = floors::frames.bytes;
    floors::timer_heap heap;
    std::vector<task> tasks;
    tasks.reserve(count);
    const std::int64_t start = now_ns();
    for (std::size_t i = 0; i < count; ++i) tasks.push_back(sleeper(heap, start + spread(random)));
    run_timers(heap);
    if (bytes == 0)
      bytes = floors::frames.bytes - frames_before + heap.bytes() + count * sizeof(task);
  }
  report(state, state.range(0));
  state.SetLabel(std::to_string(bytes / count) + " bytes each");
}
BENCHMARK(sleepers)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
