// SPDX-License-Identifier: BSL-1.0
// The trees of micro/trees_micro.cpp on Asio's coroutines, whose operator && is what awaits several
// at the same time.
#include <benchmark/benchmark.h>

#include <asio.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <chrono>

#include "support/tree_leaves.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;

using executor = asio::io_context::executor_type;
using coro = asio::awaitable<void, executor>;
using timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, executor>;
constexpr asio::use_awaitable_t<executor> awaits;

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
  static_assert(trees::branches == 6);
  const auto child = [&] { return node(level - 1, work, own); };
  co_await (child() && child() && child() && child() && child() && child());
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

BENCHMARK_CAPTURE(tree, none, &none)->Name("none/gather")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tree, io, &io)->Name("io/gather")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tree, memoization, &memoization)
    ->Name("memoization/gather")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tree, cpu_io_mixed, &cpu_io_mixed)
    ->Name("cpu_io_mixed/gather")
    ->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
