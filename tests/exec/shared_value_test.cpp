// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/shared_value.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/system_calls.hpp"
#include "rill/core/errors.hpp"
#include "support/catch.hpp"
#include "support/child_process.hpp"
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

TEST_CASE("a forked process shares the value", "[shared]") {
  const rill::shared_value<int> shared(0);
  const auto end = rill_test::run_in_child([&] {
    for (int i = 0; i < 1000; ++i) *shared.lock() += 1;
    return 0;
  });
  CHECK(end.exit_code == 0);
  CHECK(shared.load() == 1000);
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

TEST_CASE("a holder that dies gives the lock up, and the next one is told", "[shared]") {
  const rill::shared_value<account> shared(account{10, 0});
  const auto end = rill_test::run_in_child([&] {
    const auto guard = shared.lock();
    guard->balance = 0;
    ::raise(SIGKILL);
    return 0;
  });
  CHECK(end.signal_number == SIGKILL);
  {
    const auto guard = shared.lock();
    CHECK(guard.recovered());
    CHECK(guard->balance == 0);
  }
  CHECK_FALSE(shared.lock().recovered());
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

TEST_CASE("memory that cannot be had is an error", "[shared]") {
  const int before = rill_test::open_descriptors();
  const rill::detail::system_calls_restorer restorer;
  SECTION("no descriptor") {
    rill::detail::current_system_calls.memfd_create = [](const char*, unsigned) {
      errno = EMFILE;
      return -1;
    };
    CHECK_THROWS_AS(rill::shared_value<int>(0), std::system_error);
  }
  SECTION("no memory") {
    rill::detail::current_system_calls.ftruncate = [](int, off_t) {
      errno = ENOSPC;
      return -1;
    };
    CHECK_THROWS_AS(rill::shared_value<int>(0), std::system_error);
  }
  CHECK(rill_test::open_descriptors() == before);
}
