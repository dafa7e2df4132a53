// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/shared_lock.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "rill/combinators/gather.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::shared_lock;
using rill::task;

namespace {

coro<> reads(shared_lock& table, std::string& log, char name) {
  const auto guard = co_await table.scoped_shared();
  log += name;
  co_await rill::sleep(1s);
}
coro<> writes(shared_lock& table, std::string& log, char name) {
  const auto guard = co_await table.scoped();
  log += name;
  co_await rill::sleep(1s);
}

}  // namespace

RILL_TEST_CASE("readers together, a writer alone, in the order of coming", "[shared_lock]") {
  shared_lock table;
  std::string log;
  co_await rill::gather(reads(table, log, 'a'), reads(table, log, 'b'), writes(table, log, 'W'),
                        reads(table, log, 'c'), reads(table, log, 'd'), writes(table, log, 'X'));
  CHECK(log == "abWcdX");
  CHECK(rill::loop_clock::now() == rill::time_point(4s));
  CHECK(!table.locked());
  CHECK(table.readers() == 0);
}

RILL_TEST_CASE("a writer that gives up lets the readers behind it pass", "[shared_lock]") {
  shared_lock table;
  std::string log;
  const task<> a = create_task(reads(table, log, 'a'));
  const task<> w = create_task(writes(table, log, 'W'));
  const task<> b = create_task(reads(table, log, 'b'));
  co_await rill::sleep(500ms);
  CHECK(table.stats().waiters == 2);
  CHECK(!table.try_acquire_shared());
  CHECK(!table.try_scoped_shared());
  w.cancel();
  co_await rill::yield();
  co_await rill::yield();
  CHECK(log == "ab");
  CHECK(table.readers() == 2);
  co_await a;
  co_await b;
  {
    const auto alone = table.try_scoped();
    CHECK(alone);
    CHECK(!table.try_scoped_shared());
  }
  const auto shared = table.try_scoped_shared();
  CHECK(shared);
  CHECK(!table.try_scoped());
}

RILL_TEST_CASE("many readers and writers never meet", "[shared_lock]") {
  shared_lock table;
  int readers = 0;
  int writers = 0;
  int met = 0;
  const auto reader = [&](int rounds) -> coro<> {
    for (int i = 0; i < rounds; ++i) {
      const auto guard = co_await table.scoped_shared();
      ++readers;
      met += writers;
      co_await rill::yield();
      --readers;
    }
  };
  const auto writer = [&](int rounds) -> coro<> {
    for (int i = 0; i < rounds; ++i) {
      const auto guard = co_await table.scoped();
      ++writers;
      met += readers + writers - 1;
      co_await rill::yield();
      --writers;
    }
  };
  std::vector<coro<>> all;
  for (int i = 0; i < 20; ++i) all.push_back(i % 3 == 0 ? writer(20) : reader(20));
  co_await rill::gather(std::move(all));
  CHECK(met == 0);
}

RILL_TEST_CASE("what is not held is not released", "[shared_lock]") {
  shared_lock table;
  CHECK_THROWS_AS(table.release(), rill::usage_error);
  CHECK_THROWS_AS(table.release_shared(), rill::usage_error);
  co_await table.acquire_shared();
  CHECK_THROWS_AS(table.release(), rill::usage_error);
  table.release_shared();
  co_await table.acquire();
  CHECK_THROWS_AS(table.release_shared(), rill::usage_error);
  table.release();
}

TEST_CASE("a loop that ends gives back the sides that were handed over", "[shared_lock]") {
  shared_lock table;
  std::string log;
  {
    rill::testing::step_loop steps;
    CHECK(table.try_acquire());
    const task<> a = steps.loop().create_task(reads(table, log, 'a'));
    const task<> b = steps.loop().create_task(reads(table, log, 'b'));
    const task<> w = steps.loop().create_task(writes(table, log, 'w'));
    steps.settle();
    table.release();
    CHECK(table.readers() == 2);
  }
  CHECK(table.readers() == 0);
  CHECK(!table.locked());
  CHECK(log.empty());
}
