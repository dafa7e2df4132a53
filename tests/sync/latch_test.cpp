// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/latch.hpp"

#include <stdexcept>
#include <string>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "support/coroutine_case.hpp"

using rill::coro;
using rill::create_task;
using rill::latch;
using rill::task;

RILL_TEST_CASE("it opens at zero, for good", "[latch]") {
  latch gate(3);
  std::string log;
  const auto waits = [](latch& own, std::string& to) -> coro<> {
    co_await own.wait();
    to += "through ";
  };
  const task<> one = create_task(waits(gate, log));
  co_await rill::yield();
  gate.count_down(2);
  CHECK(!gate.try_wait());
  CHECK(gate.left() == 1);
  co_await gate.arrive_and_wait();
  CHECK(gate.try_wait());
  co_await one;
  co_await gate.wait();
  CHECK(log == "through ");
}

RILL_TEST_CASE("who arrives waits for the others", "[latch]") {
  latch gate(2);
  const auto arrives = [](latch& own) -> coro<> { co_await own.arrive_and_wait(); };
  const task<> one = create_task(arrives(gate));
  co_await rill::yield();
  CHECK(!one.done());
  one.cancel();
  gate.count_down();
  co_await rill::yield();
  CHECK(one.cancelled());
  CHECK(gate.try_wait());
}

RILL_TEST_CASE("a latch is not counted below zero", "[latch]") {
  CHECK_THROWS_AS(latch(-1), std::invalid_argument);
  latch gate(1);
  CHECK_THROWS_AS(gate.count_down(2), rill::usage_error);
  CHECK(gate.left() == 1);
  latch open(0);
  co_await open.wait();
}
