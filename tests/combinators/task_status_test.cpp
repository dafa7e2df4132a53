// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/task_status.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include "rill/combinators/shield.hpp"
#include "rill/combinators/task_group.hpp"
#include "rill/combinators/wait_for.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::task_group;
using rill::task_status;
using rill::time_point;

namespace {

coro<> server(task_status<int> status, int port, std::string& log) {
  co_await rill::sleep(1s);
  status.started(port);
  try {
    co_await rill::sleep(1h);
  } catch (const rill::cancelled_error&) {
    log += "server stopped";
    throw;
  }
}

coro<> fails_early(task_status<> /*status*/) {
  co_await rill::sleep(1s);
  throw std::runtime_error("no port");
}

coro<> never_says(task_status<> /*status*/) { co_return; }

coro<> says_twice(task_status<> status) {
  status.started();
  co_await rill::yield();
  status.started();
}

}  // namespace

RILL_TEST_CASE("start waits until the member is ready, and gives its value", "[task_status]") {
  std::string log;
  const auto body = [&log](task_group& group) -> coro<> {
    const int port = co_await group.start<int>(server, 80, std::ref(log));
    CHECK(port == 80);
    CHECK(rill::loop_clock::now() == time_point(1s));
    CHECK(group.size() == 1);
    group.cancel();
  };
  co_await rill::with_task_group(body);
  CHECK(log == "server stopped");
}

RILL_TEST_CASE("a member that fails before it is ready fails the start only", "[task_status]") {
  std::string log;
  const auto body = [&log](task_group& group) -> coro<> {
    try {
      co_await group.start(fails_early);
    } catch (const std::runtime_error& error) {
      log += error.what();
    }
    try {
      co_await group.start(never_says);
    } catch (const rill::usage_error&) {
      log += ", never ready";
    }
    co_await rill::sleep(1s);
    log += ", and on";
  };
  co_await rill::with_task_group(body);
  CHECK(log == "no port, never ready, and on");
}

RILL_TEST_CASE("saying it twice is an error of the member", "[task_status]") {
  std::string what;
  const auto body = [](task_group& group) -> coro<> { co_await group.start(says_twice); };
  try {
    co_await rill::with_task_group(body);
  } catch (const rill::usage_error& error) {
    what = error.what();
  }
  CHECK(what.find("already") != std::string::npos);
}

RILL_TEST_CASE("a start that is cancelled ends its member first", "[task_status]") {
  std::string log;
  const auto slow = [](task_status<> /*status*/, std::string& to) -> coro<> {
    bool cancelled = false;
    try {
      co_await rill::sleep(1h);
    } catch (const rill::cancelled_error&) {
      cancelled = true;
    }
    co_await rill::sleep(2s);
    to += "ended ";
    if (cancelled) throw rill::cancelled_error();
  };
  const auto body = [&](task_group& group) -> coro<> {
    try {
      co_await rill::wait_for(group.start(slow, std::ref(log)), 1s);
    } catch (const rill::timeout_error&) {
      log += "late ";
    }
    CHECK(group.size() == 0);
  };
  co_await rill::with_task_group(body);
  CHECK(log == "ended late ");
  CHECK(rill::loop_clock::now() == time_point(3s));
}

RILL_TEST_CASE("a member that is cancelled before it began ends the start", "[task_status]") {
  const auto serves = [](task_status<int> status) -> coro<> {
    status.started(1);
    co_await rill::sleep(1h);
  };
  const auto fails = []() -> coro<> {
    throw std::runtime_error("broken");
    co_return;
  };
  const auto body = [&](task_group& group) -> coro<> {
    group.create_task(fails);
    co_await rill::shield(group.start<int>(serves));
  };
  std::string what;
  try {
    co_await rill::with_task_group(body);
  } catch (const std::runtime_error& error) {
    what = error.what();
  }
  CHECK(what == "broken");

  std::string outside = "waits";
  const auto starts = [&outside, &serves](task_group group) -> coro<> {
    try {
      co_await group.start<int>(serves);
    } catch (const rill::cancelled_error&) {
      outside = "heard of it";
    }
  };
  rill::task<> outsider;
  const auto stops = [&](task_group& group) -> coro<> {
    outsider = rill::create_task(starts, group);
    co_await rill::yield();
    group.cancel();
    co_await rill::sleep(1s);
  };
  co_await rill::with_task_group(stops);
  co_await outsider;
  CHECK(outside == "heard of it");
}
