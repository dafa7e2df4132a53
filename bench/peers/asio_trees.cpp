// SPDX-License-Identifier: BSL-1.0
// The trees of micro/trees_micro.cpp on Asio's coroutines, for gather and task_group alike:
// Asio 1.22 has no group of a range, and make_parallel_group of six children costs twice what is
// done here, operator && of six five times.
#include <benchmark/benchmark.h>

#include <asio.hpp>
#include <chrono>

#include "peers/asio_joined.hpp"
#include "support/tree_leaves.hpp"

namespace {

using namespace std::chrono_literals;
using asio_peer::awaits, asio_peer::coro, asio_peer::joined, asio_peer::timer;
using leaf = coro (*)(trees::chance&);

coro sleep() {
  timer wait(co_await asio::this_coro::executor, 50ms);
  co_await wait.async_wait(awaits);
}

coro none(trees::chance& /*own*/) { co_return; }
coro io(trees::chance& /*own*/) { co_await sleep(); }
coro memoization(trees::chance& own) {
  if (!own.found_in_cache()) co_await sleep();
}
coro cpu_io_mixed(trees::chance& own) {
  if (own.heads()) {
    benchmark::DoNotOptimize(trees::factorial_of_500().data());
  } else {
    co_await sleep();
  }
}

coro node(int level, leaf work, trees::chance& own) {
  if (level == 0) {
    co_await work(own);
    co_return;
  }
  const auto here = co_await asio::this_coro::executor;
  joined children(here, trees::branches);
  for (int i = 0; i < trees::branches; ++i)
    asio::co_spawn(here, node(level - 1, work, own), children.one());
  co_await children.all();
}

void tree(benchmark::State& state, leaf work) {
  for (auto _ : state) {
    asio::io_context context(1);
    trees::chance own;
    asio::co_spawn(context, node(trees::levels, work, own), asio::detached);
    context.run();
  }
}

}  // namespace

BENCHMARK_CAPTURE(tree, none, &none)->Name("none")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tree, io, &io)->Name("io")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tree, memoization, &memoization)
    ->Name("memoization")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tree, cpu_io_mixed, &cpu_io_mixed)
    ->Name("cpu_io_mixed")
    ->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
