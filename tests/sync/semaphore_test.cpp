// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/sync/semaphore.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "rill/combinators/gather.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using rill::bounded_semaphore;
using rill::coro;
using rill::create_task;
using rill::semaphore;
using rill::task;
using rill_test::let_run;

namespace {

coro<> takes(semaphore& permits, std::string& log, char name) {
  co_await permits.acquire();
  log += name;
}

}  // namespace

RILL_TEST_CASE("so many at a time", "[semaphore]") {
  semaphore permits(3);
  int inside = 0;
  int most = 0;
  const auto work = [](semaphore& own, int& now, int& high) -> coro<> {
    const auto permit = co_await own.scoped();
    high = std::max(high, ++now);
    co_await rill::sleep(1s);
    --now;
  };
  std::vector<coro<>> all;
  for (int i = 0; i < 10; ++i) all.push_back(work(permits, inside, most));
  co_await rill::gather(std::move(all));
  CHECK(most == 3);
  CHECK(permits.value() == 3);
  CHECK(rill::loop_clock::now() == rill::time_point(4s));
}

RILL_TEST_CASE("the first two cancelled, one release: the third gets it [13]", "[semaphore]") {
  semaphore permits(0);
  std::string log;
  std::vector<task<>> tasks;
  for (const char name : {'a', 'b', 'c', 'd'})
    tasks.push_back(create_task(takes(permits, log, name)));
  co_await let_run();
  tasks[0].cancel();
  tasks[1].cancel();
  permits.release();
  co_await let_run();
  CHECK(log == "c");
  CHECK(permits.stats().waiters == 1);
  tasks[3].cancel();
}

RILL_TEST_CASE("nobody overtakes who was granted a permit and has not gone on [14]",
               "[semaphore]") {
  semaphore permits(0);
  std::string log;
  const auto first = [](semaphore& own, std::string& to) -> coro<> {
    co_await own.acquire();
    to += "first ";
    const auto created = [](std::string& log_of) -> coro<> {
      log_of += "created ";
      co_return;
    };
    create_task(created, std::ref(to)).detach();
  };
  const auto second = [](semaphore& own, std::string& to) -> coro<> {
    own.release();
    own.release();
    own.release();
    CHECK(own.value() == 2);
    CHECK(own.locked());
    CHECK(!own.try_acquire());
    co_await own.acquire();
    to += "second ";
  };
  const auto third = [](semaphore& own, std::string& to) -> coro<> {
    co_await own.acquire();
    to += "third ";
  };
  const task<> a = create_task(first(permits, log));
  co_await let_run();
  const task<> b = create_task(second(permits, log));
  const task<> c = create_task(third(permits, log));
  co_await let_run();
  co_await let_run();
  CHECK(log == "first second third created ");
  CHECK(permits.value() == 0);
  CHECK(!permits.try_acquire());
}

RILL_TEST_CASE("a permit that was granted is kept, the cancellation strikes later", "[semaphore]") {
  semaphore permits(0);
  std::string log;
  const auto holds = [](semaphore& own, std::string& to) -> coro<> {
    const auto permit = co_await own.scoped();
    to += "got ";
    co_await rill::sleep(1s);
    to += "not reached";
  };
  const task<> one = create_task(holds(permits, log));
  const task<> two = create_task(holds(permits, log));
  co_await let_run();
  permits.release();
  one.cancel();
  co_await let_run();
  CHECK(one.cancelled());
  CHECK(log == "got got ");  // the second has the permit that the first gave back
  two.cancel();
  co_await let_run();
  CHECK(permits.value() == 1);
}

RILL_TEST_CASE("permits that stand behind a cancelled waiter are handed out", "[semaphore]") {
  semaphore permits(0);
  std::string log;
  const task<> a = create_task(takes(permits, log, 'a'));
  co_await let_run();
  permits.release(3);
  const task<> b = create_task(takes(permits, log, 'b'));
  const task<> c = create_task(takes(permits, log, 'c'));
  co_await let_run();
  CHECK(log == "abc");
  CHECK(permits.value() == 0);
}

RILL_TEST_CASE("counts that cannot be", "[semaphore]") {
  CHECK_THROWS_AS(semaphore(-1), std::invalid_argument);
  bounded_semaphore bounded(1);
  CHECK_THROWS_AS(bounded.release(), rill::usage_error);
  {
    const auto permit = co_await bounded.scoped();
    CHECK(bounded.locked());
  }
  co_await bounded.acquire();
  bounded.release();
  CHECK_THROWS_AS(bounded.release(), rill::usage_error);
  {
    auto permit = co_await bounded.scoped();
    permit.release();
    CHECK(bounded.value() == 1);
    CHECK_THROWS_AS(bounded.release(5), rill::usage_error);
  }
  semaphore loose(1);
  loose.release(2);
  CHECK(loose.value() == 3);
}

TEST_CASE("a loop that ends gives permits back that were granted and not taken", "[semaphore]") {
  semaphore permits(0);
  std::string log;
  {
    rill::testing::step_loop steps;
    const task<> one = steps.loop().create_task(takes(permits, log, 'a'));
    const task<> two = steps.loop().create_task(takes(permits, log, 'b'));
    steps.settle();
    permits.release(2);
    CHECK(permits.value() == 0);
  }
  CHECK(permits.value() == 2);
  CHECK(!permits.locked());
}
