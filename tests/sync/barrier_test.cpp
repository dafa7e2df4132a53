// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/sync/barrier.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "rill/combinators/gather.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using rill::barrier;
using rill::coro;
using rill::create_task;
using rill::task;
using rill_test::let_run;

namespace {

coro<std::size_t> comes(barrier& meeting) { co_return co_await meeting.wait(); }

/// What became of each task: its index, b for broken, w for waiting.
std::string ends(const std::vector<task<std::size_t>>& tasks) {
  std::string text;
  for (const task<std::size_t>& each : tasks) {
    if (!each.done()) {
      text += 'w';
    } else if (each.cancelled()) {
      text += 'c';
    } else {
      text += each.exception() ? "b" : std::to_string(each.result());
    }
  }
  return text;
}

/// Five come; the third of those who go on does something, the first two come again.
coro<> half_drained(barrier& meeting, std::vector<task<std::size_t>>& round,
                    std::vector<task<std::size_t>>& again, void (*act)(barrier&)) {
  const auto member = [](barrier& own, std::vector<task<std::size_t>>& next, int place,
                         void (*third)(barrier&)) -> coro<std::size_t> {
    const std::size_t index = co_await own.wait();
    if (place < 2) {
      next.push_back(create_task(rill::task_options{.eager_start = true}, comes, std::ref(own)));
    } else if (place == 2) {
      third(own);
    }
    co_return index;
  };
  for (int i = 0; i < 4; ++i)
    round.push_back(create_task(member, std::ref(meeting), std::ref(again), i + 1, act));
  co_await let_run();
  // The last to come does not suspend: it is the first out.
  round.push_back(create_task(member, std::ref(meeting), std::ref(again), 0, act));
  co_await let_run();
}

}  // namespace

RILL_TEST_CASE("filled one by one, it opens for all [15]", "[barrier]") {
  barrier meeting(3);
  std::vector<task<std::size_t>> tasks;
  for (std::size_t i = 0; i < 2; ++i) {
    tasks.push_back(create_task(comes(meeting)));
    co_await let_run();
    CHECK(meeting.waiting() == i + 1);
  }
  const std::size_t last = co_await meeting.wait();
  CHECK(last == 2);
  CHECK(meeting.waiting() == 0);
  co_await let_run();
  CHECK(ends(tasks) == "01");
  CHECK(!meeting.broken());
  CHECK(meeting.stats().parties == 3);
}

RILL_TEST_CASE("round after round, nobody is in two at once", "[barrier]") {
  barrier meeting(4);
  std::vector<int> rounds(4, 0);
  int spread = 0;
  const auto member = [](barrier& own, std::vector<int>& all, std::size_t me, int& most) -> coro<> {
    for (int i = 0; i < 20; ++i) {
      co_await own.wait();
      ++all[me];
      for (const int other : all) most = std::max(most, all[me] - other);
      if (me % 2 == 0) co_await rill::yield();
    }
  };
  std::vector<coro<>> all;
  for (std::size_t i = 0; i < 4; ++i) all.push_back(member(meeting, rounds, i, spread));
  co_await rill::gather(std::move(all));
  CHECK(rounds == std::vector<int>(4, 20));
  CHECK(spread == 1);
}

RILL_TEST_CASE("reset while half have gone on [16]", "[barrier]") {
  barrier meeting(5);
  std::vector<task<std::size_t>> round;
  std::vector<task<std::size_t>> again;
  co_await half_drained(meeting, round, again, [](barrier& own) { own.reset(); });
  CHECK(ends(round) == "01bb4");
  CHECK(ends(again) == "ww");
  CHECK(meeting.waiting() == 2);
  CHECK(!meeting.broken());
  for (int i = 0; i < 3; ++i) again.push_back(create_task(comes(meeting)));
  co_await let_run();
  CHECK(ends(again) == "01234");
}

RILL_TEST_CASE("abort while half have gone on [17]", "[barrier]") {
  barrier meeting(5);
  std::vector<task<std::size_t>> round;
  std::vector<task<std::size_t>> again;
  co_await half_drained(meeting, round, again, [](barrier& own) { own.abort(); });
  CHECK(ends(round) == "01bb4");
  CHECK(ends(again) == "bb");
  CHECK(meeting.broken());
  CHECK(meeting.waiting() == 0);
  bool refused = false;
  try {
    co_await meeting.wait();
  } catch (const rill::broken_barrier_error&) {
    refused = true;
  }
  CHECK(refused);
  meeting.reset();
  again.clear();
  for (int i = 0; i < 5; ++i) again.push_back(create_task(comes(meeting)));
  co_await let_run();
  CHECK(ends(again) == "01234");
}

RILL_TEST_CASE("who is cancelled while it fills is counted out", "[barrier]") {
  barrier meeting(3);
  std::vector<task<std::size_t>> tasks;
  for (int i = 0; i < 2; ++i) tasks.push_back(create_task(comes(meeting)));
  co_await let_run();
  tasks[0].cancel();
  CHECK(meeting.waiting() == 1);
  for (int i = 0; i < 2; ++i) tasks.push_back(create_task(comes(meeting)));
  co_await let_run();
  CHECK(ends(tasks) == "c112");  // after a cancellation two may have one index
  CHECK(!meeting.broken());
}

RILL_TEST_CASE("a cancellation behind the last arrival strikes later", "[barrier]") {
  barrier meeting(2);
  std::string log;
  const auto member = [](barrier& own, std::string& to) -> coro<> {
    const std::size_t index = co_await own.wait();
    to += "index " + std::to_string(index);
    co_await rill::sleep(1s);
    to += " not reached";
  };
  const task<> one = create_task(member(meeting, log));
  co_await let_run();
  co_await meeting.wait();
  one.cancel();
  co_await let_run();
  CHECK(log == "index 0");
  CHECK(one.cancelled());
}

RILL_TEST_CASE("a reset wakes those who wait, with an error", "[barrier]") {
  barrier meeting(3);
  std::vector<task<std::size_t>> tasks;
  for (int i = 0; i < 2; ++i) tasks.push_back(create_task(comes(meeting)));
  co_await let_run();
  meeting.reset();
  co_await let_run();
  CHECK(ends(tasks) == "bb");
  CHECK(meeting.waiting() == 0);
}

TEST_CASE("a barrier for nobody", "[barrier]") {
  CHECK_THROWS_AS(barrier(0), std::invalid_argument);
  CHECK_THROWS_AS(barrier(-3), std::invalid_argument);
}
