// SPDX-License-Identifier: BSL-1.0
#include "rill/base/detail/intrusive_queue.hpp"

#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/death.hpp"

namespace {

struct node {
  int number = 0;
  node* next = nullptr;
};

using queue = rill::detail::intrusive_queue<node, &node::next>;

std::vector<int> drain(queue& from) {
  std::vector<int> numbers;
  while (node* const taken = from.pop_front()) numbers.push_back(taken->number);
  return numbers;
}

TEST_CASE("an intrusive_queue is first in, first out") {
  queue line;
  node nodes[3] = {{1}, {2}, {3}};
  CHECK(line.empty());
  CHECK(line.front() == nullptr);
  CHECK(line.pop_front() == nullptr);
  for (node& each : nodes) line.push_back(each);
  CHECK(line.front() == &nodes[0]);
  CHECK(drain(line) == std::vector{1, 2, 3});
  CHECK(line.empty());
}

TEST_CASE("a node can be queued again after it was taken") {
  queue line;
  node only{7};
  line.push_back(only);
  CHECK(line.pop_front() == &only);
  CHECK(only.next == nullptr);
  line.push_back(only);
  CHECK(drain(line) == std::vector{7});
}

TEST_CASE("a node can be put in front") {
  queue line;
  node nodes[3] = {{1}, {2}, {3}};
  line.push_front(nodes[1]);
  line.push_back(nodes[2]);
  line.push_front(nodes[0]);
  CHECK(drain(line) == std::vector{1, 2, 3});
}

TEST_CASE("appending moves all nodes behind") {
  node nodes[4] = {{1}, {2}, {3}, {4}};
  queue first;
  queue second;
  first.append(second);
  CHECK(first.empty());
  first.push_back(nodes[0]);
  first.append(second);
  second.push_back(nodes[1]);
  second.push_back(nodes[2]);
  first.append(second);
  CHECK(second.empty());
  second.append(first);
  CHECK(first.empty());
  second.push_back(nodes[3]);
  CHECK(drain(second) == std::vector{1, 2, 3, 4});
}

TEST_CASE("queues swap and move") {
  node nodes[3] = {{1}, {2}, {3}};
  queue first;
  queue second;
  first.push_back(nodes[0]);
  second.push_back(nodes[1]);
  second.push_back(nodes[2]);
  first.swap(second);
  CHECK(drain(second) == std::vector{1});
  queue third = std::move(first);
  CHECK(first.empty());  // NOLINT(bugprone-use-after-move): the state promised
  CHECK(drain(third) == std::vector{2, 3});
}

TEST_CASE("destroying a queue that holds nodes is caught in debug builds") {
  const auto end = rill_test::die_in([] {
    node only{1};
    queue line;
    line.push_back(only);
  });
  CHECK(end.aborted == (RILL_DEBUG_CHECKS == 1));
}

}  // namespace
