// SPDX-License-Identifier: BSL-1.0
// Work for the processor, in series and in threads: Fibonacci numbers, the means of the rows of a
// matrix, if there is memory for it; and a loop that ticks meanwhile. Listings F 1.2, F 1.3, F 1.4,
// F 1.5, F 7.18, F 7.19, F* 7.18, F* 7.19, N33, N37.
//
//     cookbook_number_crunching --columns 20000000
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"
#include "cookbook/this_system.hpp"

using cookbook::say;

namespace {

constexpr std::string_view usage =
    "usage: cookbook_number_crunching [--columns COUNT] [--virtual] [--scale FACTOR]\n"
    "  --columns COUNT  numbers in each of the 50 rows of a matrix (2000)\n"
    "  --virtual        in virtual time: waiting takes no time\n"
    "  --scale FACTOR   a second takes so many seconds (1)";

constexpr std::size_t rows = 50;

// The first number is 0, the second 1.
std::int64_t fibonacci(int which) {
  return which < 3 ? which - 1 : fibonacci(which - 1) + fibonacci(which - 2);
}

// Two jobs of unequal length gain less than twice: the longer one is what one waits for.
rill::coro<> in_two_threads(rill::thread_pool_executor& pool) {
  const std::string name = co_await pool.submit(cookbook::name_of_thread);
  say("hello from thread " + name);
  auto [one, other] = co_await rill::gather(pool.submit(fibonacci, 23), pool.submit(fibonacci, 24));
  say("fibonacci: " + std::to_string(one) + ", " + std::to_string(other));
}

double mean_of(std::span<const double> row) {
  return std::accumulate(row.begin(), row.end(), 0.0) / static_cast<double>(row.size());
}

double expected_mean(std::size_t row, std::size_t columns) {
  return static_cast<double>(row * columns) + static_cast<double>(columns - 1) / 2;
}

void tell(const std::string& how, const std::vector<double>& means, std::size_t columns) {
  bool right = true;
  for (std::size_t row = 0; row < means.size(); ++row) {
    right = right && means[row] == expected_mean(row, columns);
  }
  say(std::to_string(means.size()) + " means " + how + ", " + (right ? "all right" : "wrong"));
}

std::span<const double> row_of(const std::vector<double>& matrix, std::size_t row) {
  const std::size_t columns = matrix.size() / rows;
  return std::span<const double>(matrix).subspan(row * columns, columns);
}

// The loop stands still for as long as it takes.
void in_series(const std::vector<double>& matrix) {
  std::vector<double> means;
  for (std::size_t row = 0; row < rows; ++row) means.push_back(mean_of(row_of(matrix, row)));
  tell("in series", means, matrix.size() / rows);
}

// The rows stay where they are: jobs are given a view, and the matrix outlives them, since the
// scope of the pool ends first. The processors share the way to memory: with rows that are longer
// than its caches, more threads than two or three gain nothing.
rill::coro<> in_threads(const std::vector<double>& matrix) {
  const auto body = [&](rill::thread_pool_executor& pool) -> rill::coro<> {
    std::vector<rill::executor_future<double>> jobs;
    for (std::size_t row = 0; row < rows; ++row) {
      jobs.push_back(pool.submit(mean_of, row_of(matrix, row)));
    }
    const std::vector<double> means = co_await rill::gather(std::move(jobs));
    tell("in threads", means, matrix.size() / rows);
  };
  co_await rill::with(rill::thread_pool_executor(2), body);
}

std::size_t memory_for(std::size_t columns) { return rows * columns * sizeof(double); }

rill::coro<> tick(int& ticks, const bool& over) {
  while (!over) {
    ++ticks;
    co_await rill::yield();
  }
}

rill::coro<> recipe(std::size_t columns) {
  int ticks = 0;
  bool over = false;
  const rill::task<> ticking = rill::create_task(tick(ticks, over));
  co_await rill::with(rill::thread_pool_executor(2), in_two_threads);
  std::vector<double> matrix(rows * columns);
  std::iota(matrix.begin(), matrix.end(), 0.0);
  in_series(matrix);
  co_await in_threads(matrix);
  over = true;
  co_await ticking;
  say(ticks > 2 ? "the loop has ticked all the while" : "the loop stood still");
}

}  // namespace

int main(int count, char** arguments) {
  examples::command_line line(count, arguments, usage);
  cookbook::timing time(line);
  const auto columns =
      static_cast<std::size_t>(line.whole_number("--columns", 2'000, 1, 80'000'000));
  line.done();
  // Else the machine would be busy with moving memory to its disk, and then end something.
  if (memory_for(columns) > cookbook::memory_of_machine() / 2) {
    line.fail("the matrix would take " + std::to_string(memory_for(columns) >> 20) +
              " MiB, which is more than half of the memory here");
  }
  return cookbook::run(time, recipe(columns));
}
