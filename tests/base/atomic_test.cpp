// SPDX-License-Identifier: BSL-1.0
#include "rill/base/detail/atomic.hpp"

#include <thread>
#include <vector>

#include "rill/base/detail/atomic_ref.hpp"
#include "support/catch.hpp"

namespace {

using rill::detail::atomic;

enum class phase { first, second };

TEST_CASE("an atomic starts at zero or at the value given") {
  CHECK(atomic<int>().load() == 0);
  CHECK(atomic<int>(5).load() == 5);
  CHECK(atomic<int*>().load() == nullptr);
}

TEST_CASE("an atomic loads what was stored, in every order") {
  atomic<long> value;
  value.store(1);
  CHECK(value.load() == 1);
  value.store_release(2);
  CHECK(value.load_acquire() == 2);
  value.store_relaxed(3);
  CHECK(value.load_relaxed() == 3);
}

TEST_CASE("an exchange returns the value before") {
  atomic<bool> flag;
  CHECK_FALSE(flag.exchange(true));
  CHECK(flag.exchange(false));
}

TEST_CASE("a compare_exchange that fails tells the present value") {
  atomic<phase> state(phase::first);
  phase expected = phase::second;
  CHECK_FALSE(state.compare_exchange(expected, phase::second));
  CHECK(expected == phase::first);
  CHECK(state.compare_exchange(expected, phase::second));
  CHECK(state.load() == phase::second);
}

TEST_CASE("adding and subtracting return the value before") {
  atomic<unsigned> count(3);
  CHECK(count.fetch_add(2) == 3);
  CHECK(count.fetch_add_relaxed(1) == 5);
  CHECK(count.fetch_sub(6) == 6);
  CHECK(count.load() == 0);
}

TEST_CASE("an atomic is made at compile time") {
  static constinit atomic<int> value(4);
  CHECK(value.load() == 4);
}

TEST_CASE("threads lose no increment") {
  atomic<int> count;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&count] {
      for (int step = 0; step < 10000; ++step) count.fetch_add(1);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(count.load() == 30000);
}

TEST_CASE("a released value brings what was written before it") {
  for (int round = 0; round < 200; ++round) {
    int message = 0;
    atomic<bool> ready;
    std::thread writer([&] {
      message = 42;
      ready.store_release(true);
    });
    while (!ready.load_acquire()) std::this_thread::yield();
    CHECK(message == 42);
    writer.join();
  }
}

TEST_CASE("disturbing the schedule comes back") {
  for (int step = 0; step < 2000; ++step) rill::detail::perturb_schedule();
  SUCCEED();
}

}  // namespace

TEST_CASE("what stands in for std::atomic_ref does the same", "[atomic]") {
  using rill::detail::own_atomic_ref;
  int count = 3;
  const own_atomic_ref<int> counted(count);
  CHECK(counted.fetch_add(2) == 3);
  CHECK(counted.fetch_sub(1) == 5);
  CHECK(++own_atomic_ref<int>(count) == 5);
  CHECK(counted.exchange(7) == 5);
  int expected = 1;
  CHECK_FALSE(counted.compare_exchange_strong(expected, 9));
  CHECK(expected == 7);
  CHECK(counted.compare_exchange_strong(expected, 9));
  CHECK(counted.load() == 9);

  double sum = 0;
  const auto add = [&sum] {
    for (int step = 0; step < 10000; ++step) own_atomic_ref<double>(sum).fetch_add(0.5);
  };
  std::thread other(add);
  add();
  other.join();
  CHECK(sum == 10000);
  CHECK(own_atomic_ref<double>(sum).fetch_sub(1) == 10000);
}
