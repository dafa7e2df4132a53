// SPDX-License-Identifier: BSL-1.0
#include "rill/base/detail/ring_buffer.hpp"

#include <deque>
#include <memory>
#include <random>
#include <utility>

#include "support/catch.hpp"

using rill::detail::ring_buffer;

TEST_CASE("a ring buffer does what a deque does", "[ring_buffer]") {
  ring_buffer<std::unique_ptr<int>> ring;
  std::deque<int> expected;
  std::mt19937 random(7);
  for (int i = 0; i < 100'000; ++i) {
    const auto what = random() % 8;
    if (what < 4) {
      ring.reserve_one();
      ring.push_back(std::make_unique<int>(i));
      expected.push_back(i);
    } else if (what == 4) {
      ring.reserve_one();
      ring.push_front(std::make_unique<int>(i));
      expected.push_front(i);
    } else if (!expected.empty()) {
      REQUIRE(*ring.front() == expected.front());
      REQUIRE(*ring.pop_front() == expected.front());
      expected.pop_front();
    }
    if (i % 30'000 == 29'999) {
      ring.clear();
      expected.clear();
    }
    REQUIRE(ring.size() == expected.size());
  }
}

TEST_CASE("two ring buffers change places", "[ring_buffer]") {
  ring_buffer<std::unique_ptr<int>> one;
  ring_buffer<std::unique_ptr<int>> other;
  for (int i = 0; i < 20; ++i) {
    one.reserve_one();
    one.push_back(std::make_unique<int>(i));
  }
  one.swap(other);
  CHECK(one.empty());
  REQUIRE(other.size() == 20);
  for (int i = 0; i < 20; ++i) CHECK(*other.pop_front() == i);
}
