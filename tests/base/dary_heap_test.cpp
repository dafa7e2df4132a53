// SPDX-License-Identifier: BSL-1.0
#include "rill/base/detail/dary_heap.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/death.hpp"

namespace {

struct timer {
  int number = 0;
  std::size_t place = static_cast<std::size_t>(-1);
};

using heap = rill::detail::dary_heap<std::int64_t, timer, &timer::place>;

std::vector<int> drain(heap& from) {
  std::vector<int> numbers;
  while (!from.empty()) numbers.push_back(from.pop().number);
  return numbers;
}

TEST_CASE("a dary_heap gives the smallest key first") {
  heap timers;
  timer nodes[5] = {{0}, {1}, {2}, {3}, {4}};
  const std::int64_t keys[5] = {30, 10, 50, 20, 40};
  for (int each = 0; each < 5; ++each) timers.push(keys[each], nodes[each]);
  CHECK(timers.size() == 5);
  CHECK(timers.top_key() == 10);
  CHECK(&timers.top() == &nodes[1]);
  CHECK(timers.key_of(nodes[2]) == 50);
  CHECK(drain(timers) == std::vector{1, 3, 0, 4, 2});
  CHECK(nodes[2].place == heap::npos);
}

TEST_CASE("equal keys come out in the order pushed") {
  heap timers;
  std::vector<timer> nodes(100);
  std::vector<int> expected;
  for (int each = 0; each < 100; ++each) {
    nodes[static_cast<std::size_t>(each)].number = each;
    timers.push(each < 50 ? 7 : 3, nodes[static_cast<std::size_t>(each)]);
  }
  for (int each = 50; each < 100; ++each) expected.push_back(each);
  for (int each = 0; each < 50; ++each) expected.push_back(each);
  CHECK(drain(timers) == expected);
}

TEST_CASE("a node is erased from anywhere") {
  heap timers;
  timer nodes[6] = {{0}, {1}, {2}, {3}, {4}, {5}};
  for (timer& node : nodes) timers.push(node.number, node);
  timers.erase(nodes[0]);
  timers.erase(nodes[3]);
  timers.erase(nodes[5]);
  CHECK(nodes[3].place == heap::npos);
  CHECK(drain(timers) == std::vector{1, 2, 4});
  timers.push(1, nodes[3]);
  CHECK(drain(timers) == std::vector{3});
}

TEST_CASE("an updated key counts as pushed anew") {
  heap timers;
  timer nodes[4] = {{0}, {1}, {2}, {3}};
  for (timer& node : nodes) timers.push(5, node);
  timers.update(5, nodes[0]);
  timers.update(1, nodes[3]);
  timers.update(9, nodes[1]);
  CHECK(drain(timers) == std::vector{3, 2, 0, 1});
}

/// What the heap must do, the slow way: ordered by key and order of arrival.
class model {
 public:
  void push(std::int64_t key, timer& node) { place_[&node] = {key, next_++}; }
  void erase(timer& node) { place_.erase(&node); }
  timer* top() const {
    const auto first =
        std::min_element(place_.begin(), place_.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    return first == place_.end() ? nullptr : first->first;
  }

 private:
  std::map<timer*, std::pair<std::int64_t, int>> place_;
  int next_ = 0;
};

TEST_CASE("a dary_heap agrees with a plain model over random operations") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  std::vector<timer> nodes(60);
  heap timers;
  model expected;
  bool agrees = true;
  for (int step = 0; step < 5000; ++step) {
    timer& node = nodes[random() % nodes.size()];
    const auto key = static_cast<std::int64_t>(random() % 20);
    if (node.place == heap::npos) {
      timers.push(key, node);
      expected.push(key, node);
    } else if (random() % 2 == 0) {
      timers.update(key, node);
      expected.push(key, node);
    } else {
      timer& gone = random() % 2 == 0 ? node : timers.top();
      expected.erase(gone);
      timers.erase(gone);
    }
    agrees = agrees && (timers.empty() ? nullptr : &timers.top()) == expected.top();
  }
  CHECK(agrees);
}

TEST_CASE("memory is given back after a burst, and a little is kept") {
  heap timers;
  std::vector<timer> nodes(100000);
  for (timer& node : nodes) timers.push(1, node);
  const std::size_t burst = timers.capacity();
  CHECK(burst >= nodes.size());
  std::size_t erased = 0;
  for (timer& node : nodes) {
    if (erased++ == nodes.size() - 100) break;
    timers.erase(node);
  }
  CHECK(timers.size() == 100);
  CHECK(timers.capacity() <= 1024);
  const std::size_t kept = timers.capacity();
  drain(timers);
  CHECK(timers.capacity() == kept);
}

TEST_CASE("pushing a node twice is caught in debug builds") {
  const auto end = rill_test::die_in([] {
    heap timers;
    timer node;
    timers.push(1, node);
    timers.push(2, node);
  });
  CHECK(end.aborted == (RILL_DEBUG_CHECKS == 1));
}

}  // namespace
