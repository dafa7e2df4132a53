// SPDX-License-Identifier: BSL-1.0
#include "rill/base/detail/mpsc_stack.hpp"

#include <memory>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace {

struct node {
  int producer = 0;
  int number = 0;
  node* next = nullptr;
};

using stack = rill::detail::mpsc_stack<node, &node::next>;

TEST_CASE("an mpsc_stack gives nodes back in the order pushed") {
  stack inbox;
  node nodes[3];
  CHECK(inbox.empty());
  CHECK(inbox.push(nodes[0]));
  CHECK_FALSE(inbox.push(nodes[1]));
  CHECK_FALSE(inbox.push(nodes[2]));
  CHECK_FALSE(inbox.empty());
  const node* taken = inbox.take_all();
  for (const node& expected : nodes) {
    REQUIRE(taken == &expected);
    taken = taken->next;
  }
  CHECK(taken == nullptr);
  CHECK(inbox.empty());
}

TEST_CASE("the first push after everything was taken begins a batch") {
  stack inbox;
  node first;
  node second;
  CHECK(inbox.push(first));
  CHECK(inbox.take_all() == &first);
  CHECK(inbox.take_all() == nullptr);
  CHECK(inbox.push(second));
  CHECK(inbox.take_all() == &second);
  CHECK(inbox.push(first));
  CHECK(inbox.take_all() == &first);
}

TEST_CASE("many producers lose no node, and each one's order is kept") {
  constexpr int producers = 3;
  constexpr int each = 5000;
  stack inbox;
  rill::detail::atomic<int> batches;
  std::vector<std::thread> threads;
  for (int producer = 0; producer < producers; ++producer) {
    threads.emplace_back([&inbox, &batches, producer] {
      for (int number = 0; number < each; ++number) {
        auto made = std::make_unique<node>();
        made->producer = producer;
        made->number = number;
        if (inbox.push(*made.release())) batches.fetch_add(1);
      }
    });
  }
  int expected[producers] = {};
  int taken = 0;
  int taken_batches = 0;
  bool in_order = true;
  while (taken < producers * each) {
    node* batch = inbox.take_all();
    if (batch == nullptr) {
      std::this_thread::yield();
      continue;
    }
    ++taken_batches;
    while (batch != nullptr) {
      const std::unique_ptr<node> owned(batch);
      batch = owned->next;
      in_order = in_order && owned->number == expected[owned->producer]++;
      ++taken;
    }
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(in_order);
  CHECK(batches.load() == taken_batches);
  CHECK(inbox.empty());
}

}  // namespace
