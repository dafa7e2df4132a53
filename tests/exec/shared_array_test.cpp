// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/shared_array.hpp"

#include <signal.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "support/catch.hpp"
#include "support/child_process.hpp"

TEST_CASE("a shared array begins with zeros and has its size", "[shared]") {
  const rill::shared_array<int> shared(1000);
  CHECK(shared.size() == 1000);
  CHECK(std::count(shared.span().begin(), shared.span().end(), 0) == 1000);
  CHECK(rill::shared_array<double>(0).size() == 0);
  CHECK_FALSE(static_cast<bool>(rill::shared_array<int>()));
}

TEST_CASE("a forked process fills its part of the array", "[shared]") {
  const rill::shared_array<double> shared(10);
  const auto end = rill_test::run_in_child([&] {
    std::iota(shared.span().begin(), shared.span().end(), 1.0);
    return 0;
  });
  CHECK(end.exit_code == 0);
  CHECK(std::accumulate(shared.span().begin(), shared.span().end(), 0.0) == 55.0);
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

TEST_CASE("the holder of an array's lock may die", "[shared]") {
  const rill::shared_array<int> shared(3);
  const auto end = rill_test::run_in_child([&] {
    const auto guard = shared.lock();
    guard[0] = 1;
    ::raise(SIGKILL);
    return 0;
  });
  CHECK(end.signal_number == SIGKILL);
  auto guard = shared.lock();
  CHECK(guard.recovered());
  guard.unlock();
  CHECK_FALSE(shared.lock().recovered());
}

TEST_CASE("an array that no memory can hold is an error", "[shared]") {
  const auto most = std::numeric_limits<std::size_t>::max();
  CHECK_THROWS_AS(rill::shared_array<long>(most), std::length_error);
}
