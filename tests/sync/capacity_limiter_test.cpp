// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/capacity_limiter.hpp"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using rill::capacity_limiter;
using rill::coro;
using rill::create_task;
using rill::task;
using rill_test::let_run;

namespace {

coro<> works(capacity_limiter& limiter, std::string& log, char name) {
  const auto token = co_await limiter.scoped();
  log += name;
  co_await rill::sleep(1s);
}

}  // namespace

RILL_TEST_CASE("it lends to so many, and knows them", "[capacity_limiter]") {
  capacity_limiter limiter(2);
  std::string log;
  const task<> a = create_task(works(limiter, log, 'a'), {.name = "Ada"});
  const task<> b = create_task(works(limiter, log, 'b'), {.name = "Bob"});
  const task<> c = create_task(works(limiter, log, 'c'), {.name = "Cyd"});
  co_await let_run();
  CHECK(log == "ab");
  const rill::capacity_limiter_stats stats = limiter.stats();
  CHECK(stats.total == 2);
  CHECK(stats.borrowed == 2);
  CHECK(stats.waiters == 1);
  CHECK(stats.borrowers == std::vector<std::string>{"Ada", "Bob"});
  co_await a;
  co_await let_run();
  CHECK(log == "abc");
  co_await c;
  CHECK(limiter.available() == 2);
}

RILL_TEST_CASE("its size can be changed", "[capacity_limiter]") {
  capacity_limiter limiter(0);
  std::string log;
  std::vector<task<>> tasks;
  for (const char name : {'a', 'b', 'c'}) tasks.push_back(create_task(works(limiter, log, name)));
  co_await let_run();
  CHECK(log.empty());
  limiter.set_total(2);
  co_await let_run();
  CHECK(log == "ab");
  limiter.set_total(1);
  CHECK(limiter.available() == 0);
  co_await rill::sleep(500ms);
  CHECK(log == "ab");
  co_await rill::sleep(1s);
  CHECK(log == "abc");
  CHECK_THROWS_AS(limiter.set_total(-1), std::invalid_argument);
  CHECK_THROWS_AS(capacity_limiter(-1), std::invalid_argument);
  co_await tasks[2];
}

RILL_TEST_CASE("one token for each borrower", "[capacity_limiter]") {
  capacity_limiter limiter(3);
  co_await limiter.acquire();
  std::string what;
  try {
    co_await limiter.acquire();
  } catch (const rill::usage_error& error) {
    what = error.what();
  }
  CHECK(what.find("already") != std::string::npos);
  CHECK_THROWS_AS(limiter.try_acquire(), rill::usage_error);
  limiter.release();
  CHECK_THROWS_AS(limiter.release(), rill::usage_error);
  const int job = 0;
  {
    const auto token = co_await limiter.scoped_on_behalf_of(&job);
    CHECK(limiter.try_acquire());
    CHECK(limiter.borrowed() == 2);
    CHECK_THROWS_AS(limiter.release_on_behalf_of(&limiter), rill::usage_error);
  }
  CHECK(limiter.borrowed() == 1);
  co_await limiter.acquire_on_behalf_of(&job);
  limiter.release_on_behalf_of(&job);
  limiter.release();
}

RILL_TEST_CASE("a borrower in the queue, cancelled before and behind the grant",
               "[capacity_limiter]") {
  capacity_limiter limiter(1);
  std::string log;
  auto token = co_await limiter.scoped();
  const task<> a = create_task(works(limiter, log, 'a'));
  const task<> b = create_task(works(limiter, log, 'b'));
  co_await let_run();
  a.cancel();
  token.release();
  CHECK(!token);
  b.cancel();
  co_await let_run();
  CHECK(log == "b");
  CHECK(b.cancelled());
  CHECK(limiter.borrowed() == 0);
}

RILL_TEST_CASE("one place in the queue for each borrower", "[capacity_limiter]") {
  capacity_limiter limiter(0);
  const int key = 0;
  const auto waits = [](capacity_limiter& own, const void* who) -> coro<> {
    co_await own.acquire_on_behalf_of(who);
  };
  const task<> one = create_task(waits(limiter, &key));
  const task<> two = create_task(waits(limiter, &key));
  co_await let_run();
  REQUIRE(two.done());
  CHECK_THROWS_AS(two.result(), rill::usage_error);
  one.cancel();
}
