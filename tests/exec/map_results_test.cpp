// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/map_results.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "rill/exec/thread_pool_executor.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"
#include "support/thread_gate.hpp"

using rill::thread_pool_executor;
using rill_test::thread_gate;

namespace {

int squared(int number) { return number * number; }

int squared_below_5(int number) {
  if (number >= 5) throw std::out_of_range("too large");
  return squared(number);
}

rill::coro<std::vector<int>> all_of(rill::map_results<int> results) {
  std::vector<int> values = co_await std::move(results).all();
  co_return values;
}

}  // namespace

TEST_CASE("results come in the order of the elements", "[map_results]") {
  thread_pool_executor pool(2);
  std::vector<int> squares;
  for (const int square : pool.map(squared, std::views::iota(0, 100))) squares.push_back(square);
  REQUIRE(squares.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(squares[static_cast<std::size_t>(i)] == i * i);
}

TEST_CASE("a slow first element holds back the rest", "[map_results]") {
  thread_gate gate;
  thread_pool_executor pool(2);
  const auto first_waits = [&gate](int number) {
    if (number == 0) gate.pass();
    if (number == 3) gate.open();
    return number;
  };
  std::vector<int> seen;
  for (const int number : pool.map(first_waits, std::vector<int>{0, 1, 2, 3})) {
    seen.push_back(number);
  }
  CHECK(seen == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE("an error comes in its turn and ends the rest", "[map_results]") {
  thread_pool_executor pool(1);
  auto results = pool.map(squared_below_5, std::views::iota(3, 8));
  CHECK(results.size() == 5);
  auto at = results.begin();
  CHECK(*at == 9);
  ++at;
  CHECK(*at == 16);
  CHECK_THROWS_AS(++at, std::out_of_range);
}

TEST_CASE("what has not begun when the results go is cancelled", "[map_results]") {
  std::atomic<int> calls = 0;
  {
    thread_gate gate;
    thread_pool_executor pool(1);
    const auto count = [&gate, &calls](int /*number*/) {
      ++calls;
      gate.pass();
    };
    {
      const auto results = pool.map(count, std::views::iota(0, 100));
      gate.wait_for(1);
    }
    gate.open();
  }
  CHECK(calls == 1);
}

TEST_CASE("elements are moved out of a temporary range", "[map_results]") {
  thread_pool_executor pool(1);
  std::vector<std::unique_ptr<int>> numbers;
  numbers.push_back(std::make_unique<int>(7));
  const auto look = [](std::unique_ptr<int> number) { return *number; };
  auto results = pool.map(look, std::move(numbers));
  CHECK(*results.begin() == 7);
}

TEST_CASE("functions that give nothing can be waited for", "[map_results]") {
  thread_pool_executor pool(2);
  std::atomic<int> sum = 0;
  int count = 0;
  for (const std::monostate each : pool.map([&sum](int n) { sum += n; }, std::views::iota(0, 10))) {
    static_cast<void>(each);
    ++count;
  }
  CHECK(count == 10);
  CHECK(sum == 45);
}

RILL_IO_TEST_CASE("a task takes the results one by one", "[map_results]") {
  thread_pool_executor pool(2);
  auto results = pool.map(squared, std::views::iota(0, 10));
  int expected = 0;
  while (const std::optional<int> square = co_await results.next()) {
    CHECK(*square == expected * expected);
    ++expected;
  }
  CHECK(expected == 10);
  co_await pool.aclose();
}

RILL_IO_TEST_CASE("a task takes all results, or the first error", "[map_results]") {
  thread_pool_executor pool(2);
  const std::vector<int> squares = co_await pool.map(squared, std::views::iota(0, 4)).all();
  CHECK(squares == std::vector<int>{0, 1, 4, 9});
  co_await rill_test::must_throw<std::out_of_range>(
      all_of(pool.map(squared_below_5, std::views::iota(3, 8))));
  co_await pool.aclose();
}
