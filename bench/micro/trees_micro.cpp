// SPDX-License-Identifier: BSL-1.0
//
// Trees of coroutines, as the async_tree benchmarks of Python's performance suite have them: six
// levels, each node awaits six children at the same time, 46,656 leaves, which do nothing, sleep
// for 50 ms, look into a cache first, or compute 500! or sleep by chance. An iteration is a tree;
// floors/trees_floors.cpp, peers/asio_trees.cpp, go_trees.go and asyncio_trees.py have the same.
#include <benchmark/benchmark.h>

#include <chrono>
#include <utility>
#include <vector>

#include "rill/rill.hpp"
#include "support/tree_leaves.hpp"

namespace {

using namespace std::chrono_literals;

using leaf = rill::coro<> (*)(trees::chance&);

rill::coro<> none(trees::chance& /*own*/) { co_return; }
rill::coro<> io(trees::chance& /*own*/) { co_await rill::sleep(50ms); }
rill::coro<> memoization(trees::chance& own) {
  if (!own.found_in_cache()) co_await rill::sleep(50ms);
}
rill::coro<> cpu_io_mixed(trees::chance& own) {
  if (own.heads()) {
    benchmark::DoNotOptimize(trees::factorial_of_500().data());
  } else {
    co_await rill::sleep(50ms);
  }
}

rill::coro<> by_gather(int level, leaf work, trees::chance& own) {
  if (level == 0) {
    co_await work(own);
    co_return;
  }
  std::vector<rill::coro<>> children;
  children.reserve(trees::branches);
  for (int i = 0; i < trees::branches; ++i) children.push_back(by_gather(level - 1, work, own));
  co_await rill::gather(std::move(children));
}

rill::coro<> by_group(int level, leaf work, trees::chance& own) {
  if (level == 0) {
    co_await work(own);
    co_return;
  }
  const auto body = [level, work, &own](rill::task_group& group) -> rill::coro<> {
    for (int i = 0; i < trees::branches; ++i) group.create_task(by_group(level - 1, work, own));
    co_return;
  };
  co_await rill::with_task_group(body);
}

using way = rill::coro<> (*)(int, leaf, trees::chance&);

void tree(benchmark::State& state, leaf work, way down) {
  for (auto _ : state) {
    trees::chance own;
    rill::run(down(trees::levels, work, own));
  }
}

void add(const char* name, leaf work, way down) {
  benchmark::RegisterBenchmark(name, tree, work, down)->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int count, char** arguments) {
  add("none/gather", &none, &by_gather);
  add("none/task_group", &none, &by_group);
  add("io/gather", &io, &by_gather);
  add("io/task_group", &io, &by_group);
  add("memoization/gather", &memoization, &by_gather);
  add("memoization/task_group", &memoization, &by_group);
  add("cpu_io_mixed/gather", &cpu_io_mixed, &by_gather);
  add("cpu_io_mixed/task_group", &cpu_io_mixed, &by_group);
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
