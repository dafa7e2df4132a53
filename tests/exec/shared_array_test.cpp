// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/shared_array.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <stdexcept>

#include "support/catch.hpp"

TEST_CASE("a shared array begins with zeros and has its size", "[shared]") {
  const rill::shared_array<int> shared(1000);
  CHECK(shared.size() == 1000);
  CHECK(std::count(shared.span().begin(), shared.span().end(), 0) == 1000);
  CHECK(rill::shared_array<double>(0).size() == 0);
  CHECK_FALSE(static_cast<bool>(rill::shared_array<int>()));
}

TEST_CASE("items of an array are reached under its lock or in atomic steps", "[shared]") {
  const rill::shared_array<int> shared(3);
  {
    const auto guard = shared.lock();
    CHECK_FALSE(shared.size() != guard.size());
    for (int& item : guard) item = 2;
    guard[1] = 5;
  }
  shared.atomic(1).fetch_add(1);
  CHECK(shared.span()[0] == 2);
  CHECK(shared.span()[1] == 6);
  CHECK(shared.try_lock().has_value());
  CHECK(shared.try_lock_for(std::chrono::milliseconds(1)).has_value());
}

TEST_CASE("an array that no memory can hold is an error", "[shared]") {
  const auto most = std::numeric_limits<std::size_t>::max();
  CHECK_THROWS_AS(rill::shared_array<long>(most), std::length_error);
}
