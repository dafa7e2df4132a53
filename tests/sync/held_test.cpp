// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/held.hpp"

#include <stdexcept>
#include <utility>

#include "rill/core/yield.hpp"
#include "rill/sync/lock.hpp"
#include "rill/sync/semaphore.hpp"
#include "support/coroutine_case.hpp"

using rill::held;
using rill::lock;

RILL_TEST_CASE("released on every way out", "[held]") {
  lock mutex;
  const auto fails = [](lock& own) -> rill::coro<> {
    const auto guard = co_await own.scoped();
    co_await rill::yield();
    throw std::runtime_error("failed");
  };
  bool failed = false;
  try {
    co_await fails(mutex);
  } catch (const std::runtime_error&) {
    failed = true;
  }
  CHECK(failed);
  CHECK(!mutex.locked());
}

TEST_CASE("moved, released early, and let go", "[held]") {
  lock mutex;
  held<lock> empty;
  CHECK(!empty);
  empty.release();
  held<lock> first = mutex.try_scoped();
  held<lock> second = std::move(first);
  CHECK(!first);  // NOLINT: moved from, and empty
  CHECK(second);
  second.release();
  second.release();
  CHECK(!mutex.locked());
  second = mutex.try_scoped();
  second = held<lock>();
  CHECK(!mutex.locked());
  CHECK(mutex.try_acquire());
  {
    const held<lock> adopted(mutex);
  }
  CHECK(!mutex.locked());
  second = mutex.try_scoped();
  second.detach();
  CHECK(mutex.locked());
  mutex.release();
}
