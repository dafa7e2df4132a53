// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/combinators/timeout.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

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
using rill::time_point;
using rill::timeout;
using rill::timeout_error;
using rill::timeout_scope;

namespace {

/// How a block was left.
enum class edge { none, timeout, cancelled, error };

template <class Body>
coro<edge> edge_of(std::chrono::nanoseconds delay, Body body) {
  edge seen = edge::none;
  try {
    co_await timeout(delay, std::move(body));
  } catch (const timeout_error&) {
    seen = edge::timeout;
  } catch (const cancelled_error&) {
    seen = edge::cancelled;
  } catch (const std::exception&) {
    seen = edge::error;
  }
  co_return seen;
}

}  // namespace

RILL_TEST_CASE("a body in time gives its value", "[timeout]") {
  const auto body = [](timeout_scope& limit) -> coro<std::string> {
    CHECK(limit.when() == time_point(5s));
    CHECK(!limit.expired());
    co_await rill::sleep(1s);
    co_return "done";
  };
  const std::string value = co_await timeout(5s, body);
  CHECK(value == "done");
  const int plain = co_await timeout(5s, []() -> coro<int> { co_return 3; });
  CHECK(plain == 3);
}

RILL_TEST_CASE("a body out of time is interrupted where it waits", "[timeout]") {
  std::string log;
  const auto body = [&log](timeout_scope& limit) -> coro<> {
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      log += limit.expired() ? "expired" : "?";
      throw;
    }
  };
  const edge seen = co_await edge_of(2s, body);
  CHECK(seen == edge::timeout);
  CHECK(log == "expired");
  CHECK(rill::loop_clock::now() == time_point(2s));
  CHECK(rill::current_task().cancelling() == 0);
}

RILL_TEST_CASE("until a moment", "[timeout]") {
  co_await rill::sleep(1s);
  bool late = false;
  try {
    co_await rill::timeout_at(time_point(3s), rill::sleep(1h));
  } catch (const timeout_error&) {
    late = true;
  }
  CHECK(late);
  CHECK(rill::loop_clock::now() == time_point(3s));
  co_await rill::timeout_at(time_point::max(), rill::sleep(1h));
}

RILL_TEST_CASE("of two nested limits with one moment the outer throws [60]", "[timeout]") {
  std::string log;
  const auto outer = [&log](timeout_scope& outside) -> coro<> {
    const auto inner = [](timeout_scope& /*limit*/) -> coro<> { co_await rill::sleep(1h); };
    try {
      co_await timeout(1s, inner);
    } catch (const cancelled_error&) {
      log += outside.expired() ? "inner cancelled, outer expired" : "?";
      throw;
    }
  };
  const edge seen = co_await edge_of(1s, outer);
  CHECK(seen == edge::timeout);
  CHECK(log == "inner cancelled, outer expired");
}

RILL_TEST_CASE("an inner limit does not end the outer block", "[timeout]") {
  const auto outer = []() -> coro<int> {
    const edge inner = co_await edge_of(1s, []() -> coro<> { co_await rill::sleep(1h); });
    CHECK(inner == edge::timeout);
    co_await rill::sleep(1s);
    co_return 5;
  };
  const int value = co_await timeout(3s, outer);
  CHECK(value == 5);
}

RILL_TEST_CASE("a limit of zero strikes even a bare yield [61]", "[timeout]") {
  std::string log;
  const auto body = [&log]() -> coro<> {
    log += "begun ";
    co_await rill::yield();
    log += "not reached";
  };
  const edge seen = co_await edge_of(0s, body);
  CHECK(seen == edge::timeout);
  CHECK(log == "begun ");
}

RILL_TEST_CASE("an error of the clean-up leaves instead of the timeout [62]", "[timeout]") {
  bool expired = false;
  const auto body = [&expired](timeout_scope& limit) -> coro<> {
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      expired = limit.expired();
      throw std::runtime_error("clean-up");
    }
  };
  const edge seen = co_await edge_of(1s, body);
  CHECK(seen == edge::error);
  CHECK(expired);
}

RILL_TEST_CASE("a cancellation before the limit is just that [63]", "[timeout]") {
  bool expired = true;
  const auto body = [](bool& flag) -> coro<edge> {
    const auto inner = [&flag](timeout_scope& limit) -> coro<> {
      try {
        co_await rill::sleep(1h);
      } catch (const cancelled_error&) {
        flag = limit.expired();
        throw;
      }
    };
    co_return co_await edge_of(2s, inner);
  };
  const task<edge> waiting = create_task(body(expired));
  co_await rill::sleep(1s);
  waiting.cancel();
  const edge seen = co_await waiting;
  CHECK(seen == edge::cancelled);
  CHECK(!expired);
}

RILL_TEST_CASE("when both moments have passed unseen, the outer throws [64]", "[timeout]") {
  const auto outer = []() -> coro<> {
    const auto inner = [](timeout_scope& limit) -> coro<> {
      // As if the thread had been blocked until here.
      limit.reschedule(rill::loop_clock::now() - 1s);
      co_await rill::sleep(1h);
    };
    co_await timeout(10ms, inner);
    co_await rill::sleep(1h);
  };
  const auto busy = [&outer](timeout_scope& limit) -> coro<> {
    limit.reschedule(rill::loop_clock::now() - 1s);
    co_await outer();
  };
  const edge seen = co_await edge_of(100ms, busy);
  CHECK(seen == edge::timeout);
  CHECK(rill::loop_clock::now() == time_point());
}

RILL_TEST_CASE("a limit is moved, and taken away [65]", "[timeout]") {
  const auto body = [](timeout_scope& limit) -> coro<int> {
    co_await rill::sleep(1s);
    limit.reschedule(time_point(10s));
    CHECK(limit.when() == time_point(10s));
    co_await rill::sleep(5s);
    limit.reschedule(time_point::max());
    CHECK(limit.when() == time_point::max());
    co_await rill::sleep(1h);
    limit.reschedule_after(1s);
    CHECK(limit.when() == rill::loop_clock::now() + 1s);
    co_return 1;
  };
  const int value = co_await timeout(2s, body);
  CHECK(value == 1);
  const auto pulled_in = [](timeout_scope& limit) -> coro<> {
    limit.reschedule_after(1s);
    co_await rill::sleep(1h);
  };
  const time_point before = rill::loop_clock::now();
  const edge seen = co_await edge_of(1h, pulled_in);
  CHECK(seen == edge::timeout);
  CHECK(rill::loop_clock::now() == before + 1s);
}

RILL_TEST_CASE("a limit that has passed cannot be moved", "[timeout]") {
  std::string text;
  const auto body = [&text](timeout_scope& limit) -> coro<> {
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
    }
    try {
      limit.reschedule_after(1s);
    } catch (const rill::usage_error& error) {
      text = error.what();
    }
    co_await rill::sleep(1s);  // struck once only
  };
  const edge seen = co_await edge_of(1s, body);
  CHECK(seen == edge::none);  // the body has refused to stop
  CHECK(text.find("expired") != std::string::npos);
}

RILL_TEST_CASE("a cancellation that was swallowed before does not disturb a limit", "[timeout]") {
  const auto body = []() -> coro<edge> {
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
    }
    co_return co_await edge_of(1s, []() -> coro<> { co_await rill::sleep(1h); });
  };
  const task<edge> waiting = create_task(body());
  co_await rill::yield();
  waiting.cancel();
  const edge seen = co_await waiting;
  CHECK(seen == edge::timeout);
}

RILL_TEST_CASE("a task that ends with a limit in force leaves no timer", "[timeout]") {
  const auto body = []() -> coro<> { co_await rill::sleep(1h); };
  const task<> waiting =
      create_task([](auto inner) -> coro<> { co_await timeout(5s, inner); }, body);
  co_await rill::sleep(1s);
  waiting.cancel();
  try {
    co_await waiting;
  } catch (const cancelled_error&) {
  }
  CHECK(waiting.cancelled());
  CHECK(rill::loop_clock::now() == time_point(1s));
  co_await rill::sleep(10s);  // nothing fires
}
