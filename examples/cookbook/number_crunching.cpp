// SPDX-License-Identifier: BSL-1.0
// Work for the processor, in series and in threads: Fibonacci numbers, the means of the rows of a
// matrix; and a loop that ticks meanwhile. Listings F 1.2, F 1.3, F 1.4, F 1.5, F 7.18, F 7.19,
// N33, N37.
#include <pthread.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"

using cookbook::say;

namespace {

// The first number is 0, the second 1.
std::int64_t fibonacci(int which) {
  return which < 3 ? which - 1 : fibonacci(which - 1) + fibonacci(which - 2);
}

std::string name_of_thread() {
  char name[16] = {};
  ::pthread_getname_np(::pthread_self(), name, sizeof name);
  return name;
}

// Two jobs of unequal length gain less than twice: the longer one is what one waits for.
rill::coro<> in_two_threads(rill::thread_pool_executor& pool) {
  const std::string name = co_await pool.submit(name_of_thread);
  say("hello from thread " + name);
  auto [one, other] = co_await rill::gather(pool.submit(fibonacci, 23), pool.submit(fibonacci, 24));
  say("fibonacci: " + std::to_string(one) + ", " + std::to_string(other));
}

double mean_of(std::span<const double> row) {
  return std::accumulate(row.begin(), row.end(), 0.0) / static_cast<double>(row.size());
}

// The rows stay where they are: jobs are given a view, and the matrix outlives them, since the
// scope of the pool ends first.
rill::coro<> row_means(const std::vector<double>& matrix, std::size_t columns) {
  const auto body = [&](rill::thread_pool_executor& pool) -> rill::coro<> {
    std::vector<rill::executor_future<double>> rows;
    for (std::size_t at = 0; at < matrix.size(); at += columns) {
      rows.push_back(pool.submit(mean_of, std::span<const double>(matrix).subspan(at, columns)));
    }
    const std::vector<double> means = co_await rill::gather(std::move(rows));
    bool right = true;
    for (std::size_t row = 0; row < means.size(); ++row) {
      const double expected =
          static_cast<double>(row * columns) + static_cast<double>(columns - 1) / 2;
      right = right && means[row] == expected;
    }
    say(std::to_string(means.size()) + " means, " + (right ? "all right" : "wrong"));
  };
  co_await rill::with(rill::thread_pool_executor(2), body);
}

rill::coro<> tick(int& ticks, const bool& over) {
  while (!over) {
    ++ticks;
    co_await rill::yield();
  }
}

rill::coro<> recipe() {
  int ticks = 0;
  bool over = false;
  const rill::task<> ticking = rill::create_task(tick(ticks, over));
  co_await rill::with(rill::thread_pool_executor(2), in_two_threads);
  std::vector<double> matrix(50 * 2'000);
  std::iota(matrix.begin(), matrix.end(), 0.0);
  co_await row_means(matrix, 2'000);
  over = true;
  co_await ticking;
  say(ticks > 2 ? "the loop has ticked all the while" : "the loop stood still");
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
