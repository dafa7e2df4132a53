// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/priority_queue.hpp"

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "support/coroutine_case.hpp"

using rill::priority_queue;

RILL_TEST_CASE("the least leaves first, equal ones in the order of coming", "[priority_queue]") {
  struct by_number {
    bool operator()(const std::pair<int, char>& a, const std::pair<int, char>& b) const {
      return a.first < b.first;
    }
  };
  priority_queue<std::pair<int, char>, by_number> items;
  for (const auto& each : {std::pair(2, 'a'), std::pair(1, 'b'), std::pair(2, 'c'),
                           std::pair(1, 'd'), std::pair(0, 'e')})
    CHECK(items.try_put(each));
  std::string order;
  while (auto item = items.try_get()) order += item->second;
  CHECK(order == "ebdac");
  co_return;
}

RILL_TEST_CASE("many, by an order of one's own, of items that only move", "[priority_queue]") {
  const auto greater = [](const std::unique_ptr<int>& a, const std::unique_ptr<int>& b) {
    return *a > *b;
  };
  priority_queue<std::unique_ptr<int>, decltype(greater)> items(0, greater);
  std::mt19937 random(5);
  for (int i = 0; i < 1'000; ++i)
    co_await items.put(std::make_unique<int>(static_cast<int>(random() % 100)));
  int last = 100;
  bool ordered = true;
  while (auto item = items.try_get()) {
    ordered = ordered && **item <= last;
    last = **item;
  }
  CHECK(ordered);
}
