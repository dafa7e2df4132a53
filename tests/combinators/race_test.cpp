// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/race.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "combinators/outcomes.hpp"
#include "rill/combinators/exception_group.hpp"
#include "rill/combinators/wait_for.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::first_of;
using rill::race;
using rill::task;
using rill::time_point;
using rill_test::fails_after;
using rill_test::outcome_of;
using rill_test::value_after;

namespace {

coro<std::unique_ptr<int>> owned_after(std::chrono::nanoseconds delay) {
  co_await rill::sleep(delay);
  co_return std::make_unique<int>(7);
}

coro<int> slow_loser(std::string& log) {
  bool cancelled = false;
  try {
    co_await rill::sleep(1h);
  } catch (const rill::cancelled_error&) {
    cancelled = true;
  }
  co_await rill::sleep(2s);
  log += "joined ";
  if (cancelled) throw rill::cancelled_error();
  co_return 0;
}

}  // namespace

RILL_TEST_CASE("the first to end wins, losers are joined", "[race]") {
  std::string log;
  const auto won = co_await race(slow_loser(log), owned_after(1s), rill::sleep(3s));
  CHECK(won.index() == 1);
  CHECK(*std::get<1>(won) == 7);
  CHECK(log == "joined ");
  CHECK(rill::loop_clock::now() == time_point(3s));
  const auto nothing = co_await race(value_after(1h, 1), rill::sleep(1s));
  CHECK(nothing.index() == 1);
}

RILL_TEST_CASE("a failure that comes first wins a race", "[race]") {
  const auto body = []() -> coro<> { co_await race(value_after(2s, 1), fails_after(1s, "first")); };
  const std::string what = co_await outcome_of(body());
  CHECK(what == "first");
  CHECK(rill::loop_clock::now() == time_point(1s));
}

RILL_TEST_CASE("a range gives index and value", "[race]") {
  std::vector<coro<int>> runners;
  for (int i = 3; i > 0; --i) runners.push_back(value_after(i * 1s, i));
  const auto won = co_await race(std::move(runners));
  CHECK(won.index == 2);
  CHECK(won.value == 1);
  const auto body = []() -> coro<> { co_await race(std::vector<coro<int>>()); };
  const std::string what = co_await outcome_of(body());
  CHECK(what.find("empty") != std::string::npos);
}

RILL_TEST_CASE("handles that lose are cancelled", "[race]") {
  const task<int> loser = create_task(value_after(1h, 1));
  const task<int> winner = create_task(value_after(1s, 2));
  const auto won = co_await race(loser, winner);
  CHECK(won.index() == 1);
  CHECK(std::get<1>(won) == 2);
  co_await rill::yield();
  CHECK(loser.cancelled());
}

RILL_TEST_CASE("who is done already wins, and nobody else begins", "[race]") {
  const rill::future<int> done = rill::create_future<int>();
  done.set_result(1);
  bool began = false;
  const auto other = [](bool& flag) -> coro<int> {
    flag = true;
    co_return 2;
  };
  const auto won = co_await race(done, other(began));
  CHECK(won.index() == 0);
  co_await rill::yield();
  CHECK(!began);
}

RILL_TEST_CASE("a cancellation goes to all; one that comes behind the winner strikes later",
               "[race]") {
  std::string log;
  const auto body = [](std::string& to, std::chrono::nanoseconds delay) -> coro<> {
    const auto won = co_await race(slow_loser(to), value_after(delay, 5));
    to += "won " + std::to_string(won.index()) + " ";
    co_await rill::sleep(1h);
  };
  const task<> before = create_task(body(log, 1h));
  co_await rill::sleep(1s);
  before.cancel();
  co_await rill::sleep(3s);
  CHECK(before.cancelled());
  CHECK(log == "joined ");
  log.clear();
  const task<> behind = create_task(body(log, 1s));
  co_await rill::sleep(2s);  // the winner is found, the loser still cleans up
  behind.cancel();
  co_await rill::sleep(3s);
  CHECK(behind.cancelled());
  CHECK(log == "joined won 1 ");
}

RILL_TEST_CASE("first_of takes the first success", "[race]") {
  const auto won = co_await first_of(fails_after(1s, "a"), value_after(2s, 4), value_after(1h, 5));
  CHECK(won.index() == 1);
  CHECK(std::get<1>(won) == 4);
  CHECK(rill::loop_clock::now() == time_point(2s));
}

RILL_TEST_CASE("first_of without a success throws all", "[race]") {
  const auto two = []() -> coro<> {
    co_await first_of(fails_after(2s, "late"), fails_after(1s, "early"));
  };
  std::string what = co_await outcome_of(two());
  CHECK(what.find("late") < what.find("early"));
  std::vector<coro<int>> one;
  one.push_back(fails_after(1s, "alone"));
  const auto lone = [](std::vector<coro<int>> all) -> coro<> { co_await first_of(std::move(all)); };
  what = co_await outcome_of(lone(std::move(one)));
  CHECK(what == "alone");
}

RILL_TEST_CASE("a limit around a race", "[race]") {
  const auto body = []() -> coro<> {
    co_await rill::wait_for(race(value_after(1h, 1), value_after(2h, 2)), 1s);
  };
  const std::string what = co_await outcome_of(body());
  CHECK(what.find("time limit") != std::string::npos);
  CHECK(rill::all_tasks().size() == 1);
}
