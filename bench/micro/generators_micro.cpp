// SPDX-License-Identifier: BSL-1.0
//
// Micro benchmarks of async generators and context variables; floors/generators_floors.cpp has a
// bare generator.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "rill/rill.hpp"

namespace {

rill::async_generator<int> count() {
  for (int i = 0;; ++i) co_yield i;
}
rill::async_generator<const int&> count_by_reference() {
  for (int i = 0;; ++i) co_yield i;
}
rill::async_generator<int> count_with_yields() {
  for (int i = 0;; ++i) {
    co_await rill::yield();
    co_yield i;
  }
}
rill::async_generator<int, int> echo() {
  int answer = 0;
  while (true) answer = (co_yield answer).value_or(0);
}

template <class Generator>
rill::coro<> iterate(benchmark::State& state, Generator items) {
  std::int64_t sum = 0;
  for (auto round : state) {
    static_cast<void>(round);
    const auto item = co_await items.next();
    sum += *item;
  }
  benchmark::DoNotOptimize(sum);
  co_await items.aclose();
}

rill::coro<> generator_items(benchmark::State& state) { return iterate(state, count()); }
rill::coro<> generator_references(benchmark::State& state) {
  return iterate(state, count_by_reference());
}
rill::coro<> generator_yields(benchmark::State& state) {
  return iterate(state, count_with_yields());
}
rill::coro<> generator_mapped(benchmark::State& state) {
  return iterate(state, rill::views::map(count(), [](int item) { return item + 1; }));
}
rill::coro<> generator_merged(benchmark::State& state) {
  return iterate(state, rill::merge(count(), count()));
}

rill::coro<> generator_sends(benchmark::State& state) {
  rill::async_generator<int, int> answers = echo();
  co_await answers.next();
  std::int64_t sum = 0;
  for (auto round : state) {
    static_cast<void>(round);
    const auto item = co_await answers.send(1);
    sum += *item;
  }
  benchmark::DoNotOptimize(sum);
  co_await answers.aclose();
}

/// Made, stepped once, closed.
rill::coro<> generator_life(benchmark::State& state) {
  for (auto round : state) {
    static_cast<void>(round);
    auto items = rill::views::take(count(), 1);
    const auto first = co_await items.next();
    benchmark::DoNotOptimize(*first);
    co_await items.aclose();
  }
}

const rill::context_var<int> number("number", 0);
const rill::context_var<int> others[4] = {rill::context_var<int>("1"), rill::context_var<int>("2"),
                                          rill::context_var<int>("3"), rill::context_var<int>("4")};

void set_others() {
  for (const auto& each : others) each.set(1);
}

rill::coro<> context_get(benchmark::State& state) {
  set_others();
  number.set(1);
  for (auto round : state) {
    static_cast<void>(round);
    benchmark::DoNotOptimize(number.find());
  }
  co_return;
}

rill::coro<> context_set(benchmark::State& state) {
  set_others();
  int value = 0;
  for (auto round : state) {
    static_cast<void>(round);
    number.set(++value);
  }
  co_return;
}

rill::coro<> context_scoped(benchmark::State& state) {
  set_others();
  int value = 0;
  for (auto round : state) {
    static_cast<void>(round);
    const auto guard = number.scoped(++value);
  }
  co_return;
}

rill::coro<> nothing() { co_return; }
rill::coro<> spawn_and_join(benchmark::State& state) {
  for (auto round : state) {
    static_cast<void>(round);
    co_await rill::create_task(nothing());
  }
}
rill::coro<> context_spawn(benchmark::State& state) {
  set_others();
  return spawn_and_join(state);
}

using body = rill::coro<> (*)(benchmark::State&);

void in_loop(benchmark::State& state, body run) {
  rill::context().run([&] { rill::run(run(state)); });
}

}  // namespace

BENCHMARK_CAPTURE(in_loop, generator_items, &generator_items);
BENCHMARK_CAPTURE(in_loop, generator_references, &generator_references);
BENCHMARK_CAPTURE(in_loop, generator_yields, &generator_yields);
BENCHMARK_CAPTURE(in_loop, generator_sends, &generator_sends);
BENCHMARK_CAPTURE(in_loop, generator_mapped, &generator_mapped);
BENCHMARK_CAPTURE(in_loop, generator_merged, &generator_merged);
BENCHMARK_CAPTURE(in_loop, generator_life, &generator_life);
BENCHMARK_CAPTURE(in_loop, spawn_and_join, &spawn_and_join);
BENCHMARK_CAPTURE(in_loop, context_spawn, &context_spawn);
BENCHMARK_CAPTURE(in_loop, context_get, &context_get);
BENCHMARK_CAPTURE(in_loop, context_set, &context_set);
BENCHMARK_CAPTURE(in_loop, context_scoped, &context_scoped);

BENCHMARK_MAIN();
