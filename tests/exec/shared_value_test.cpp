// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/shared_value.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

#include "rill/core/errors.hpp"
#include "support/catch.hpp"
#include "support/open_descriptors.hpp"

using namespace std::chrono_literals;

namespace {

struct account {
  long balance;
  int changes;
};

}  // namespace

TEST_CASE("copies of a shared value refer to the same memory", "[shared]") {
  const rill::shared_value<int> first(5);
  const rill::shared_value<int> second = first;
  second.store(6);
  CHECK(first.load() == 6);
  CHECK(first.exchange(7) == 6);
  CHECK(second.fetch_add(3) == 7);
  int expected = 9;
  CHECK_FALSE(first.compare_exchange(expected, 11));
  CHECK(expected == 10);
  CHECK(first.compare_exchange(expected, 11));
  CHECK(second.load() == 11);
  CHECK_FALSE(static_cast<bool>(rill::shared_value<int>()));
}

TEST_CASE("a larger value is changed under its lock", "[shared]") {
  const rill::shared_value<account> shared(account{10, 0});
  {
    const auto guard = shared.lock();
    guard->balance += 5;
    (*guard).changes = 1;
    CHECK_FALSE(guard.recovered());
  }
  CHECK(shared.lock()->balance == 15);
}

TEST_CASE("the lock keeps others out, and an error lets it go", "[shared]") {
  const rill::shared_value<int> shared(0);
  try {
    const auto guard = shared.lock();
    std::thread other([&] {
      CHECK_FALSE(shared.try_lock().has_value());
      CHECK_FALSE(shared.try_lock_for(1ms).has_value());
    });
    other.join();
    throw std::runtime_error("on the way out");
  } catch (const std::runtime_error&) {
  }
  auto taken = shared.try_lock();
  REQUIRE(taken.has_value());
  taken->unlock();
  CHECK(shared.try_lock_for(1ms).has_value());
}

TEST_CASE("the time to wait for the lock may be of any kind of duration", "[shared]") {
  const rill::shared_value<int> shared(0);
  auto guard = shared.lock();
  bool taken = true;
  std::thread([&] {
    taken = shared.try_lock_for(std::chrono::duration<double>(0.001)).has_value();
  }).join();
  CHECK_FALSE(taken);
  std::thread other([&] { taken = shared.try_lock_for(std::chrono::hours::max()).has_value(); });
  std::this_thread::sleep_for(5ms);
  guard.unlock();
  other.join();
  CHECK(taken);
}

TEST_CASE("locking what the thread has locked is an error, not a deadlock", "[shared]") {
  const rill::shared_value<int> shared(0);
  const auto guard = shared.lock();
  CHECK_THROWS_AS(shared.lock(), rill::usage_error);
}

TEST_CASE("two threads and the lock lose no update", "[shared]") {
  const rill::shared_value<long> shared(0);
  const auto count = [&] {
    for (int i = 0; i < 10'000; ++i) *shared.lock() += 1;
  };
  std::thread one(count);
  std::thread other(count);
  one.join();
  other.join();
  CHECK(shared.load() == 20'000);
}

TEST_CASE("a shared value gives its memory and its descriptor back", "[shared]") {
  const int before = rill_test::open_descriptors();
  {
    const rill::shared_value<int> shared(0);
  }
  CHECK(rill_test::open_descriptors() == before);
}
