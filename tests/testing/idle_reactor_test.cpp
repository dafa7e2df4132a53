// SPDX-License-Identifier: BSL-1.0
#include "rill/testing/idle_reactor.hpp"

#include <chrono>
#include <system_error>
#include <thread>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using rill::testing::idle_reactor;

TEST_CASE("operations on an idle reactor end at once as not supported", "[idle_reactor]") {
  idle_reactor reactor;
  rill::io_op op;
  op.kind = rill::io_kind::receive;
  CHECK(reactor.start(op));
  CHECK(op.result == -static_cast<int>(std::errc::operation_not_supported));
  CHECK(reactor.cancel(op) == rill::io_cancel::withdrawn);
  CHECK(reactor.pending() == 0);
}

TEST_CASE("an idle reactor has no features and refuses watches", "[idle_reactor]") {
  idle_reactor reactor;
  rill::io_watch watch;
  CHECK(reactor.name() == "idle");
  CHECK(reactor.add_watch(watch) == static_cast<int>(std::errc::operation_not_supported));
  CHECK(!reactor.supports(rill::reactor_feature::readiness));
  CHECK(reactor.pollable() == rill::invalid_handle);
}

TEST_CASE("a wake-up before the wait is not lost", "[idle_reactor]") {
  idle_reactor reactor;
  reactor.wake();
  reactor.wait(-1);
  const auto before = std::chrono::steady_clock::now();
  reactor.wait(5'000'000);
  CHECK(std::chrono::steady_clock::now() - before >= 5ms);
}

TEST_CASE("another thread can wake an idle reactor", "[idle_reactor]") {
  idle_reactor reactor;
  std::jthread waker([&] {
    std::this_thread::sleep_for(10ms);
    reactor.wake();
  });
  reactor.wait(-1);
  SUCCEED("the wait has ended");
}
