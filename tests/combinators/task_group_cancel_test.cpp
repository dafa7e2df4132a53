// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/combinators/task_group.hpp"

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

#include "combinators/outcomes.hpp"
#include "rill/combinators/exception_group.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::cancelled_error;
using rill::coro;
using rill::create_task;
using rill::task;
using rill::task_group;
using rill::time_point;
using rill::with_task_group;
using rill_test::add;
using rill_test::asleep;
using rill_test::fails_after;
using rill_test::group_outcome;
using rill_test::outcome_of;

GROUP_TEST_CASE("a cancellation from outside while the group waits [51]", "[task_group]") {
  std::string log;
  const auto block = [](std::string& to) -> coro<> {
    const auto body = [&to](task_group& group) -> coro<> {
      for (int i = 0; i < 5; ++i) add(group, asleep(to, "m"));
      co_return;
    };
    co_await with_task_group(body);
    to += "not reached";
  };
  const task<> parent = create_task(block(log));
  co_await rill::sleep(1s);
  parent.cancel("outside");
  parent.cancel("again");
  std::string reason;
  try {
    co_await parent;
  } catch (const cancelled_error& error) {
    reason = error.reason();
  }
  CHECK(reason == "again");
  CHECK(log == "m m m m m ");
}

GROUP_TEST_CASE("an outer member fails while the inner group waits [52]", "[task_group]") {
  std::string log;
  const auto outer = [&log](task_group& group) -> coro<> {
    add(group, fails_after(1s, "outer"));
    const auto inner = [&log](task_group& nested) -> coro<> {
      add(nested, asleep(log, "inner member"));
      co_return;
    };
    co_await with_task_group(inner);
    log += "not reached";
  };
  const std::string outcome = co_await group_outcome(outer);
  CHECK(outcome == "outer");
  CHECK(log == "inner member ");
  CHECK(rill::current_task().cancelling() == 0);
}

GROUP_TEST_CASE("an error and an outside cancellation in one turn [57]", "[task_group]") {
  std::string log;
  const auto block = [](std::string& to) -> coro<> {
    const auto body = [](task_group& group) -> coro<> {
      add(group, fails_after(1s, "broken"));
      co_await rill::sleep(1h);
    };
    to += co_await group_outcome(body);
    to += " " + std::to_string(rill::current_task().cancelling());
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      to += " struck";
      throw;
    }
  };
  for (const auto delay : {1000ms, 1001ms}) {
    log.clear();
    const task<> parent = create_task(block(log));
    rill::event_loop::running().call_later(delay, [&parent] { parent.cancel(); });
    co_await rill::sleep(3s);
    CHECK(parent.cancelled());
    CHECK(log == (delay == 1000ms ? "broken 1 struck" : "broken 0 struck"));
  }
}

RILL_TEST_CASE("an outside cancellation that becomes an error strikes again", "[task_group]") {
  std::string log;
  const auto block = [](std::string& to) -> coro<> {
    const auto body = [](task_group& /*group*/) -> coro<> {
      bool interrupted = false;
      try {
        co_await rill::sleep(1h);
      } catch (const cancelled_error&) {
        interrupted = true;
      }
      if (interrupted) throw std::runtime_error("instead");
    };
    to += co_await group_outcome(body);
    co_await rill::sleep(1h);
  };
  const task<> parent = create_task(block(log));
  co_await rill::sleep(1s);
  parent.cancel();
  co_await rill::sleep(1s);
  CHECK(log == "instead");
  CHECK(parent.cancelled());
}

GROUP_TEST_CASE("cancel stops members and body, without an error [59]", "[task_group]") {
  std::string log;
  const auto body = [&log](task_group& group) -> coro<> {
    add(group, asleep(log, "member"));
    co_await rill::yield();
    group.cancel("enough");
    group.cancel();
    log += "runs on ";
    co_await rill::sleep(1h);
    log += "not reached";
  };
  const std::string outcome = co_await group_outcome(body);
  CHECK(outcome == "ended");
  CHECK(log == "runs on member ");
  CHECK(rill::current_task().cancelling() == 0);
  co_await rill::sleep(1s);
}

GROUP_TEST_CASE("cancel from a member while the group waits; errors still surface",
                "[task_group]") {
  const auto body = [](task_group& group) -> coro<> {
    const auto stubborn = []() -> coro<> {
      try {
        co_await rill::sleep(1h);
      } catch (const cancelled_error&) {
        throw std::runtime_error("clean-up");
      }
    };
    const auto canceller = [&group]() -> coro<> {
      co_await rill::sleep(1s);
      group.cancel();
    };
    group.create_task(stubborn);
    group.create_task(canceller);
    co_return;
  };
  const std::string outcome = co_await group_outcome(body);
  CHECK(outcome == "clean-up");
}

RILL_TEST_CASE("a cancellation from outside goes on through cancel()", "[task_group]") {
  const auto block = []() -> coro<> {
    const auto body = [](task_group& group) -> coro<> {
      group.cancel();
      co_await rill::sleep(1h);
    };
    rill::current_task().cancel("outside");
    co_await with_task_group(body);
  };
  const std::string outcome = co_await outcome_of(block());
  CHECK(outcome == "cancelled outside");
  rill::current_task().uncancel();
}

RILL_TEST_CASE("a body stopped before it had a value", "[task_group]") {
  std::string what;
  const auto body = [](task_group& group) -> coro<int> {
    group.cancel();
    co_await rill::sleep(1h);
    co_return 1;
  };
  try {
    co_await with_task_group(body);
  } catch (const rill::usage_error& error) {
    what = error.what();
  }
  CHECK(what.find("no value") != std::string::npos);
}

RILL_TEST_CASE("a second cancellation while the members end is met by the same throw",
               "[task_group]") {
  std::string log;
  const auto slow = []() -> coro<> {
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
    }
    co_await rill::sleep(5s);
  };
  const auto block = [&slow](std::string& to) -> coro<> {
    const auto body = [&slow](task_group& group) -> coro<> {
      group.create_task(slow());
      co_await rill::sleep(1h);
    };
    try {
      co_await with_task_group(body);
    } catch (const cancelled_error& error) {
      to += error.reason();
    }
    co_await rill::sleep(1s);
    to += ", undisturbed";
  };
  const task<> parent = create_task(block(log));
  co_await rill::sleep(1s);
  parent.cancel("one");
  co_await rill::sleep(1s);
  parent.cancel("two");
  co_await parent;
  CHECK(log == "two, undisturbed");
}
