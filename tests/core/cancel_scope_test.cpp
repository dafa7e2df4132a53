// SPDX-License-Identifier: BSL-1.0
#include "rill/core/cancel_scope.hpp"

#include <functional>
#include <string>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/death.hpp"

using namespace std::chrono_literals;
using rill::cancel_scope;
using rill::cancelled_error;
using rill::coro;
using rill::create_task;
using rill::task;

namespace {

constexpr auto shielded = cancel_scope::shielding::shielded;

// Cancels `scope` from outside, later.
void cancel_later(cancel_scope& scope, std::chrono::seconds when) {
  rill::event_loop::running().call_later(when, [&scope] { scope.cancel("the scope"); });
}

}  // namespace

RILL_TEST_CASE("a scope absorbs the cancellation that it asked for", "[cancel_scope]") {
  bool absorbed = false;
  cancel_scope scope;
  cancel_later(scope, 1s);
  try {
    co_await rill::sleep(1h);
  } catch (const cancelled_error& error) {
    CHECK(error.reason() == "the scope");
    CHECK(scope.cancel_requested());
    absorbed = scope.absorb();
  }
  CHECK(absorbed);
  CHECK(!scope.cancel_requested());
  CHECK(rill::current_task().cancelling() == 0);
  co_await rill::sleep(1s);
  CHECK(rill::loop_clock::now() == rill::time_point(2s));
}

RILL_TEST_CASE("a scope does not absorb what the task was asked for", "[cancel_scope]") {
  bool absorbed = true;
  const auto body = [](bool& answer) -> coro<> {
    cancel_scope scope;
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      answer = scope.absorb();
      throw;
    }
  };
  const task<> task = create_task(body, std::ref(absorbed));
  co_await rill::yield();
  task.cancel();
  co_await rill::sleep(1s);
  CHECK(!absorbed);
  CHECK(task.cancelled());
}

RILL_TEST_CASE("asked by both, the outer request wins and goes on", "[cancel_scope]") {
  for (const bool scope_first : {true, false}) {
    std::string log;
    const auto body = [](std::string& text, bool first) -> coro<> {
      cancel_scope scope;
      const rill::any_task me = rill::current_task();
      rill::event_loop::running().call_later(1s, [&scope, me, first] {
        if (first) scope.cancel("inner");
        me.cancel("outer");
        if (!first) scope.cancel("inner");
      });
      try {
        co_await rill::sleep(1h);
      } catch (const cancelled_error&) {
        text += scope.absorb() ? "absorbed" : "passed on";
        throw;
      }
    };
    const task<> task = create_task(body, std::ref(log), scope_first);
    co_await rill::sleep(2s);
    CHECK(log == "passed on");
    CHECK(task.cancelled());
  }
}

RILL_TEST_CASE("of two nested scopes that were asked, the outermost absorbs", "[cancel_scope]") {
  std::string log;
  cancel_scope outer;
  try {
    cancel_scope inner;
    cancel_later(inner, 1s);
    cancel_later(outer, 1s);
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      if (inner.absorb()) {
        log += "inner";
      } else {
        throw;
      }
    }
    log += " behind the inner";
  } catch (const cancelled_error&) {
    if (outer.absorb()) log += "outer";
  }
  CHECK(log == "outer");
  CHECK(rill::current_task().cancelling() == 0);
  co_await rill::yield();
}

RILL_TEST_CASE("the inner scope alone leaves the outer undisturbed", "[cancel_scope]") {
  std::string log;
  cancel_scope outer;
  {
    cancel_scope inner;
    inner.cancel();
    try {
      co_await rill::yield();
    } catch (const cancelled_error&) {
      if (inner.absorb()) log += "inner";
    }
  }
  co_await rill::yield();
  CHECK(!outer.cancel_requested());
  CHECK(!outer.absorb());
  CHECK(log == "inner");
}

RILL_TEST_CASE("a request that has not struck is gone with its scope", "[cancel_scope]") {
  {
    cancel_scope scope;
    scope.cancel();
    CHECK(rill::current_task().cancelling() == 1);
  }
  CHECK(rill::current_task().cancelling() == 0);
  co_await rill::yield();
  co_await rill::sleep(1s);
  CHECK(rill::loop_clock::now() == rill::time_point(1s));
}

RILL_TEST_CASE("a withdrawn request does not strike", "[cancel_scope]") {
  cancel_scope scope;
  scope.cancel();
  scope.withdraw();
  CHECK(!scope.cancel_requested());
  co_await rill::yield();
  CHECK(!scope.absorb());
}

RILL_TEST_CASE("a scope may be asked several times, each strikes once", "[cancel_scope]") {
  int strikes = 0;
  cancel_scope scope;
  for (int i = 0; i < 3; ++i) {
    scope.cancel();
    scope.cancel();
    try {
      co_await rill::yield();
      co_await rill::yield();
    } catch (const cancelled_error&) {
      ++strikes;
    }
    co_await rill::yield();
  }
  CHECK(strikes == 3);
  CHECK(scope.absorb());
}

RILL_TEST_CASE("a shield keeps requests of the outside away until it is left", "[cancel_scope]") {
  std::string log;
  const auto body = [](std::string& text) -> coro<> {
    try {
      {
        const cancel_scope shield(shielded);
        co_await rill::sleep(10s);
        text += "slept ";
      }
      text += "left ";
      co_await rill::sleep(10s);
      text += "slept again";
    } catch (const cancelled_error& error) {
      text += error.reason();
      throw;
    }
  };
  const task<> task = create_task(body, std::ref(log));
  co_await rill::sleep(1s);
  task.cancel("struck");
  co_await rill::sleep(90s);
  CHECK(log == "slept left struck");
  CHECK(task.cancelled());
}

RILL_TEST_CASE("a shield can be cancelled itself", "[cancel_scope]") {
  bool absorbed = false;
  cancel_scope shield(shielded);
  CHECK(shield.is_shielded());
  cancel_later(shield, 1s);
  try {
    co_await rill::sleep(1h);
  } catch (const cancelled_error&) {
    absorbed = shield.absorb();
  }
  CHECK(absorbed);
}

RILL_TEST_CASE("inside a shield, a scope absorbs although the task was asked", "[cancel_scope]") {
  std::string log;
  const auto body = [](std::string& text) -> coro<> {
    {
      const cancel_scope shield(shielded);
      cancel_scope limit;
      cancel_later(limit, 5s);
      try {
        co_await rill::sleep(1h);
      } catch (const cancelled_error&) {
        if (limit.absorb()) text += "limit ";
      }
    }
    co_await rill::yield();
    text += "passed";
  };
  const task<> task = create_task(body, std::ref(log));
  co_await rill::sleep(1s);
  task.cancel();
  co_await rill::sleep(90s);
  CHECK(log == "limit ");
  CHECK(task.cancelled());
}

RILL_TEST_CASE("a cancellation swallowed before does not disturb a later scope", "[cancel_scope]") {
  std::string log;
  const auto body = [](std::string& text) -> coro<> {
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      text += "swallowed ";
    }
    cancel_scope scope;
    cancel_later(scope, 1s);
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      text += scope.absorb() ? "absorbed" : "passed on";
    }
  };
  const task<> task = create_task(body, std::ref(log));
  co_await rill::yield();
  task.cancel();
  co_await rill::sleep(90s);
  CHECK(log == "swallowed absorbed");
  CHECK(!task.cancelled());
  CHECK(task.cancelling() == 1);
}

RILL_TEST_CASE("a cancellation not yet delivered wins over a scope's", "[cancel_scope]") {
  std::string log;
  const auto body = [](std::string& text) -> coro<> {
    rill::current_task().cancel();
    cancel_scope scope;
    scope.cancel();
    try {
      co_await rill::yield();
    } catch (const cancelled_error&) {
      text += scope.absorb() ? "absorbed" : "passed on";
      throw;
    }
  };
  const task<> task = create_task(body, std::ref(log));
  co_await rill::sleep(1s);
  CHECK(log == "passed on");
  CHECK(task.cancelled());
}

RILL_TEST_CASE("a request taken back and made anew inside a scope still wins", "[cancel_scope]") {
  std::string log;
  const auto body = [](std::string& text) -> coro<> {
    const rill::any_task me = rill::current_task();
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
    }
    cancel_scope scope;
    CHECK(me.uncancel() == 0);
    scope.cancel();
    me.cancel();
    try {
      co_await rill::yield();
    } catch (const cancelled_error&) {
      text += scope.absorb() ? "absorbed" : "passed on";
      throw;
    }
  };
  const task<> task = create_task(body, std::ref(log));
  co_await rill::yield();
  task.cancel();
  co_await rill::sleep(1s);
  CHECK(log == "passed on");
}

RILL_TEST_CASE("a scope's request reaches what the task awaits", "[cancel_scope]") {
  const task<> sleeper = create_task([]() -> coro<> { co_await rill::sleep(1h); });
  cancel_scope scope;
  cancel_later(scope, 1s);
  bool absorbed = false;
  try {
    co_await sleeper;
  } catch (const cancelled_error&) {
    absorbed = scope.absorb();
  }
  CHECK(absorbed);
  CHECK(sleeper.cancelled());
}

RILL_TEST_CASE("a scope cancelled while its task is ready strikes at the next await",
               "[cancel_scope]") {
  std::string log;
  const rill::future<> gate = rill::create_future();
  cancel_scope* region = nullptr;
  const auto body = [&](rill::future<> opened) -> coro<> {
    cancel_scope scope;
    region = &scope;
    co_await opened;
    log += "value ";
    try {
      co_await rill::yield();
      log += "passed";
    } catch (const cancelled_error&) {
      if (scope.absorb()) log += "struck";
    }
  };
  const task<> task = create_task(body, gate);
  co_await rill::yield();
  gate.set_result();
  region->cancel();
  co_await task;
  CHECK(log == "value struck");
}

TEST_CASE("a scope needs a running task", "[cancel_scope]") {
  CHECK_THROWS_AS(cancel_scope(), rill::usage_error);
  rill::testing::step_loop steps;
  CHECK_THROWS_AS(steps.in_loop([] { const cancel_scope scope; }), rill::usage_error);
}

TEST_CASE("leaving scopes out of order ends the program with advice", "[cancel_scope]") {
  const rill_test::death end = rill_test::die_in([] {
    rill::testing::step_loop steps;
    const auto body = []() -> coro<> {
      auto first = std::make_unique<cancel_scope>();
      auto second = std::make_unique<cancel_scope>();
      first.reset();
      co_return;
    };
    const task<> task = steps.loop().create_task(body);
    steps.settle();
  });
  CHECK(end.says("reverse order"));
}
