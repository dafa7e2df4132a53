// SPDX-License-Identifier: BSL-1.0
// Shared memory and processes that are forked; and what a system does that has none to give.
#include <signal.h>

#include <cerrno>
#include <numeric>
#include <system_error>

#include "base/system_calls.hpp"
#include "rill/exec/shared_array.hpp"
#include "rill/exec/shared_value.hpp"
#include "support/catch.hpp"
#include "support/child_process.hpp"
#include "support/open_descriptors.hpp"

namespace {

struct account {
  long balance;
  int changes;
};

}  // namespace

TEST_CASE("a forked process shares the value", "[shared]") {
  const rill::shared_value<int> shared(0);
  const auto end = rill_test::run_in_child([&] {
    for (int i = 0; i < 1000; ++i) *shared.lock() += 1;
    return 0;
  });
  CHECK(end.exit_code == 0);
  CHECK(shared.load() == 1000);
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

TEST_CASE("a forked process fills its part of the array", "[shared]") {
  const rill::shared_array<double> shared(10);
  const auto end = rill_test::run_in_child([&] {
    std::iota(shared.span().begin(), shared.span().end(), 1.0);
    return 0;
  });
  CHECK(end.exit_code == 0);
  CHECK(std::accumulate(shared.span().begin(), shared.span().end(), 0.0) == 55.0);
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
