// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/combinators/staggered_race.hpp"

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "combinators/outcomes.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/future.hpp"
#include "rill/core/result.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::staggered_race;
using rill::time_point;
using rill_test::fails_after;
using rill_test::value_after;

namespace {

using candidate = std::function<coro<int>()>;

candidate value(std::chrono::nanoseconds delay, int number) {
  return [delay, number] { return value_after(delay, number); };
}
candidate failure(std::chrono::nanoseconds delay) {
  return [delay] { return fails_after(delay); };
}

bool is_cancelled(const std::exception_ptr& error) {
  return error && rill::detail::is_cancellation(error);
}

}  // namespace

RILL_TEST_CASE("the first fails, the second starts at once and wins [91]", "[staggered_race]") {
  std::vector<candidate> candidates;
  candidates.push_back(failure(1s));
  candidates.push_back(value(1s, 2));
  candidates.push_back(value(1s, 3));
  const auto outcome = co_await staggered_race(candidates);
  CHECK(outcome.value == 2);
  CHECK(outcome.index == 1);
  REQUIRE(outcome.errors.size() == 2);
  CHECK_THROWS_AS(std::rethrow_exception(outcome.errors[0]), std::runtime_error);
  CHECK(outcome.errors[1] == nullptr);
  CHECK(rill::loop_clock::now() == time_point(2s));
}

RILL_TEST_CASE("the first is slow, the second starts after the delay and wins [92]",
               "[staggered_race]") {
  std::vector<candidate> candidates;
  candidates.push_back(value(1h, 1));
  candidates.push_back(value(1s, 2));
  const auto outcome = co_await staggered_race(candidates, 250ms);
  CHECK(outcome.value == 2);
  CHECK(outcome.index == 1);
  CHECK(is_cancelled(outcome.errors[0]));
  CHECK(rill::loop_clock::now() == time_point(1250ms));
}

RILL_TEST_CASE("of several that could win, one does [93]", "[staggered_race]") {
  const rill::future<> event = rill::create_future<>();
  const auto waits = [&event](int number) -> coro<int> {
    co_await event;
    co_return number;
  };
  const auto sets = [&event]() -> coro<int> {
    event.set_result();
    co_await rill::sleep(1h);
    co_return 2;
  };
  std::vector<candidate> candidates;
  candidates.push_back([&waits] { return waits(0); });
  candidates.push_back([&waits] { return waits(1); });
  candidates.push_back([&sets] { return sets(); });
  const auto outcome = co_await staggered_race(candidates, 1s);
  CHECK(outcome.value == 0);
  CHECK(outcome.index == 0);
  CHECK(outcome.errors[0] == nullptr);
  CHECK(is_cancelled(outcome.errors[1]));
  CHECK(is_cancelled(outcome.errors[2]));
}

RILL_TEST_CASE("all fail, or there is none", "[staggered_race]") {
  std::vector<candidate> candidates;
  candidates.push_back(failure(3s));
  candidates.push_back(failure(1s));
  const auto outcome = co_await staggered_race(candidates, 1s);
  CHECK(!outcome.value.has_value());
  CHECK(outcome.errors.size() == 2);
  CHECK(rill::loop_clock::now() == time_point(3s));
  const auto nobody = co_await staggered_race(std::vector<candidate>());
  CHECK(!nobody.value.has_value());
}

RILL_TEST_CASE("a cancellation reaches all that run, each time", "[staggered_race]") {
  std::string log;
  const auto stubborn = [](std::string& to) -> coro<int> {
    try {
      co_await rill::sleep(1h);
    } catch (const rill::cancelled_error&) {
      to += "one ";
    }
    co_await rill::sleep(1h);
    co_return 0;
  };
  std::vector<candidate> candidates;
  candidates.push_back([&] { return stubborn(log); });
  candidates.push_back(value(1h, 1));
  const auto body = [](const std::vector<candidate>& all) -> coro<> {
    co_await staggered_race(all, 1s);
  };
  const rill::task<> racing = rill::create_task(body(candidates));
  co_await rill::sleep(2s);
  racing.cancel("enough");
  co_await rill::sleep(2h);
  CHECK(racing.done());
  CHECK(log == "one ");
}

RILL_TEST_CASE("candidates that give references, and nothing", "[staggered_race]") {
  int here = 1;
  const auto refers = [](int& to) -> coro<int&> {
    co_await rill::sleep(1s);
    co_return to;
  };
  std::vector<std::function<coro<int&>()>> references;
  references.emplace_back([&] { return refers(here); });
  const auto referred = co_await staggered_race(references);
  CHECK(*referred.value == &here);
  std::vector<std::function<coro<>()>> silent;
  silent.emplace_back([]() -> coro<> { co_await rill::sleep(1s); });
  const auto nothing = co_await staggered_race(silent);
  CHECK(nothing.value.has_value());
}
