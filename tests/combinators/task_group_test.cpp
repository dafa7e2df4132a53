// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/combinators/task_group.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "combinators/outcomes.hpp"
#include "rill/combinators/exception_group.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::cancelled_error;
using rill::coro;
using rill::create_task;
using rill::exception_group;
using rill::task;
using rill::task_group;
using rill::time_point;
using rill::with_task_group;
using rill_test::add;
using rill_test::asleep;
using rill_test::fails_after;
using rill_test::group_outcome;
using rill_test::value_after;

namespace {

coro<> fails_at_once() {
  throw std::runtime_error("at once");
  co_return;
}

coro<> keeps_spawning(task_group& group, int depth) {
  co_await rill::sleep(100ms);
  if (depth == 0) co_return;
  add(group, keeps_spawning(group, depth - 1));
  add(group, keeps_spawning(group, depth - 1));
  co_await rill::sleep(1h);
}

}  // namespace

GROUP_TEST_CASE("a group waits for all, also those added meanwhile", "[task_group]") {
  std::optional<rill::member_task<int>> first;
  std::optional<rill::member_task<int>> later;
  const auto adder = [&later](task_group& group) -> coro<> {
    co_await rill::sleep(2s);
    later = add(group, value_after(2s, 7));
  };
  const auto body = [&](task_group& group) -> coro<int> {
    first = add(group, value_after(1s, 5));
    add(group, adder(group));
    CHECK(group.size() == 2);
    co_return 9;
  };
  const int value = co_await with_task_group(body);
  CHECK(value == 9);
  CHECK(first->result() == 5);
  CHECK(later->result() == 7);
  CHECK(rill::loop_clock::now() == time_point(4s));
}

RILL_TEST_CASE("an empty group ends at once", "[task_group]") {
  co_await with_task_group([](task_group& /*group*/) -> coro<> { co_return; });
  CHECK(rill::loop_clock::now() == time_point());
}

GROUP_TEST_CASE("a member cancelled by hand is just over [48]", "[task_group]") {
  std::string log;
  const auto body = [&log](task_group& group) -> coro<> {
    const task<> one = add(group, asleep(log, "a"));
    const task<int> two = add(group, value_after(2s, 2));
    co_await rill::sleep(1s);
    one.cancel();
    co_await rill::sleep(2s);
    const task<int> three = add(group, value_after(1s, 3));
    const int value = co_await three;
    CHECK(value + two.result() == 5);
  };
  const std::string outcome = co_await group_outcome(body);
  CHECK(outcome == "ended");
  CHECK(log == "a ");
}

GROUP_TEST_CASE("a failure cancels and joins the siblings [49]", "[task_group]") {
  std::string log;
  const auto body = [&log](task_group& group) -> coro<> {
    add(group, fails_after(1s, "broken"));
    add(group, asleep(log, "sibling"));
    co_return;
  };
  const std::string outcome = co_await group_outcome(body);
  CHECK(outcome == "broken");
  CHECK(log == "sibling ");
  CHECK(rill::all_tasks().size() == 1);
}

GROUP_TEST_CASE("a lone error can be wrapped too", "[task_group]") {
  std::size_t errors = 0;
  const auto body = [](task_group& group) -> coro<> {
    add(group, fails_after(1s, "broken"));
    co_return;
  };
  try {
    co_await with_task_group(body, {.always_wrap = true});
  } catch (const exception_group& group) {
    errors = group.errors().size();
  }
  CHECK(errors == 1);
}

GROUP_TEST_CASE("three failures in one turn interrupt the sleeper and the body [50]",
                "[task_group]") {
  std::string log;
  const auto body = [&log](task_group& group) -> coro<> {
    for (const char* name : {"a", "b", "c"}) add(group, fails_after(1s, name));
    add(group, asleep(log, "sleeper"));
    co_await asleep(log, "body");
    log += "not reached";
  };
  const std::string outcome = co_await group_outcome(body);
  CHECK(outcome == "3: a b c");
  CHECK(log.find("sleeper ") != std::string::npos);
  CHECK(log.find("body ") != std::string::npos);
  CHECK(log.find("not") == std::string::npos);
  CHECK(rill::current_task().cancelling() == 0);
}

GROUP_TEST_CASE("nested groups that fail in one turn each tell their errors", "[task_group]") {
  std::string inner_outcome;
  const auto outer = [&inner_outcome](task_group& group) -> coro<> {
    add(group, fails_after(1s, "outer"));
    const auto inner = [](task_group& nested) -> coro<> {
      add(nested, fails_after(1s, "inner"));
      co_return;
    };
    inner_outcome = co_await group_outcome(inner);
    co_await rill::sleep(1h);  // the outer request strikes here
    inner_outcome += " not reached";
  };
  const std::string outcome = co_await group_outcome(outer);
  CHECK(inner_outcome == "inner");
  CHECK(outcome == "outer");
  CHECK(rill::current_task().cancelling() == 0);
}

GROUP_TEST_CASE("the interrupted body throws another error: both [53], of any type [54]",
                "[task_group]") {
  const auto body = [](task_group& group) -> coro<> {
    add(group, fails_after(1s, "member"));
    bool interrupted = false;
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      interrupted = true;
    }
    if (interrupted) throw std::runtime_error("body");
  };
  std::string outcome = co_await group_outcome(body);
  CHECK(outcome == "2: member body");
  std::size_t errors = 0;
  bool has_int = false;
  const auto throws_int = [](task_group& group) -> coro<> {
    add(group, fails_after(1s, "member"));
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      throw 7;
    }
  };
  try {
    co_await with_task_group(throws_int);
  } catch (const exception_group& group) {
    errors = group.errors().size();
    has_int = group.contains<int>();
  }
  CHECK(errors == 2);
  CHECK(has_int);
}

GROUP_TEST_CASE("members that keep spawning are all stopped [55]", "[task_group]") {
  const auto body = [](task_group& group) -> coro<> {
    add(group, keeps_spawning(group, 20));
    co_await fails_after(950ms, "enough");
  };
  const std::string outcome = co_await group_outcome(body);
  CHECK(outcome == "enough");
  CHECK(rill::all_tasks().size() == 1);
}

GROUP_TEST_CASE("a group that is being cancelled refuses members [56]", "[task_group]") {
  std::string log;
  const auto body = [&log](task_group& group) -> coro<> {
    const auto spawner = [&]() -> coro<> {
      try {
        co_await rill::sleep(1h);
      } catch (const cancelled_error&) {
        try {
          add(group, asleep(log, "unrun"));
        } catch (const rill::usage_error& error) {
          log += error.what();
        }
        throw;
      }
    };
    group.create_task(spawner);
    add(group, fails_after(1s, "broken"));
    co_await rill::sleep(1h);
  };
  const std::string outcome = co_await group_outcome(body);
  CHECK(outcome == "broken");
  CHECK(log.find("being cancelled") != std::string::npos);
}

RILL_TEST_CASE("an eager member may fail before it is one [58]", "[task_group]") {
  std::string log;
  const auto body = [&log](task_group& group) -> coro<> {
    const auto adder = [&]() -> coro<> {
      group.create_task(fails_at_once(), {.eager_start = true});
      co_await asleep(log, "adder");
      log += "not reached";
    };
    group.create_task(adder);
    co_await asleep(log, "body");
  };
  const std::string outcome = co_await group_outcome(body);
  CHECK(outcome == "at once");
  CHECK(log.find("adder ") != std::string::npos);
  CHECK(log.find("not") == std::string::npos);
}

RILL_TEST_CASE("references and move-only values of bodies", "[task_group]") {
  int here = 3;
  const auto referring = [&here](task_group& /*group*/) -> coro<int&> { co_return here; };
  int& reference = co_await with_task_group(referring);
  CHECK(&reference == &here);
  const auto owning = [](task_group& /*group*/) -> coro<std::unique_ptr<int>> {
    co_return std::make_unique<int>(4);
  };
  const std::unique_ptr<int> owned = co_await with_task_group(owning);
  CHECK(*owned == 4);
}

RILL_TEST_CASE("a thousand members", "[task_group]") {
  int ended = 0;
  const auto body = [&ended](task_group& group) -> coro<> {
    const auto member = [&ended](int number) -> coro<> {
      co_await rill::sleep(number * 1ms);
      ++ended;
    };
    for (int i = 0; i < 1'000; ++i) group.create_task(member, i);
    co_return;
  };
  co_await with_task_group(body);
  CHECK(ended == 1'000);
}

TEST_CASE("a loop that is closed ends members before the group", "[task_group]") {
  std::string log;
  {
    rill::testing::step_loop steps;
    const auto block = [](std::string& to) -> coro<> {
      struct on_exit {
        explicit on_exit(std::string& text) : log(&text) {}
        on_exit(const on_exit&) = delete;
        on_exit& operator=(const on_exit&) = delete;
        ~on_exit() { *log += "group"; }
        std::string* log;
      };
      const on_exit last(to);
      const auto body = [&to](task_group& group) -> coro<> {
        const auto member = [](std::string& text) -> coro<> {
          struct note {
            explicit note(std::string& place) : log(&place) {}
            note(const note&) = delete;
            note& operator=(const note&) = delete;
            ~note() { *log += "member "; }
            std::string* log;
          };
          const note mark(text);
          co_await rill::sleep(1h);
        };
        group.create_task(member(to));
        co_return;
      };
      co_await with_task_group(body);
    };
    const task<> left = steps.loop().create_task(block(log));
    steps.settle();
    steps.loop().close();
  }
  CHECK(log == "member group");
}
