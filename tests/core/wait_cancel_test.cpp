// SPDX-License-Identifier: BSL-1.0
//
// Waits that need no reactor, each cancelled at every stage.
#include <chrono>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/core/future.hpp"
#include "rill/core/task.hpp"
#include "rill/loop/sleep.hpp"
#include "support/cancel_stages.hpp"
#include "support/coroutine_case.hpp"

namespace {

using namespace std::chrono_literals;
using rill_test::cancel_at_every_stage;
using rill_test::cancellable;

/// Cancelling who waits cancels the future as well, as in asyncio; so each waits for its own.
class waiting_for_a_future final : public cancellable {
 public:
  rill::coro<> wait() override {
    gate_ = rill::create_future<int>();
    if (open_) gate_.set_result(7);
    const int value = co_await gate_;
    CHECK(value == 7);
    ++taken;
  }
  rill::coro<> satisfy() override {
    open_ = true;
    if (gate_ && !gate_.done()) gate_.set_result(7);
    co_return;
  }

 private:
  bool open_ = false;
  rill::future<int> gate_;
};

class sleeping final : public cancellable {
 public:
  rill::coro<> wait() override {
    if (!over_) co_await rill::sleep(1h);
    ++taken;
  }
  rill::coro<> satisfy() override {
    over_ = true;
    co_await rill::sleep(1h - 1ms);
  }

 private:
  bool over_ = false;
};

rill::coro<int> work_until(const bool& over) {
  while (!over) co_await rill::sleep(10ms);
  co_return 7;
}

/// A cancellation goes on to the task that is awaited; the next wait makes another.
class waiting_for_a_task final : public cancellable {
 public:
  rill::coro<> wait() override {
    const rill::task<int> inner = rill::create_task(work_until(over_));
    const int value = co_await inner;
    CHECK(value == 7);
    ++taken;
  }
  rill::coro<> satisfy() override {
    over_ = true;
    co_await rill::sleep(8ms);
  }

 private:
  bool over_ = false;
};

class waiting_for_a_child final : public cancellable {
 public:
  rill::coro<> wait() override {
    const int value = co_await work_until(over_);
    CHECK(value == 7);
    ++taken;
  }
  rill::coro<> satisfy() override {
    over_ = true;
    co_await rill::sleep(8ms);
  }

 private:
  bool over_ = false;
};

}  // namespace

RILL_TEST_CASE("a wait for a future is cancelled at every stage", "[wait_cancel]") {
  co_await cancel_at_every_stage<waiting_for_a_future>();
}

RILL_TEST_CASE("a sleep is cancelled at every stage", "[wait_cancel]") {
  co_await cancel_at_every_stage<sleeping>();
}

RILL_TEST_CASE("a wait for a task is cancelled at every stage", "[wait_cancel]") {
  co_await cancel_at_every_stage<waiting_for_a_task>();
}

RILL_TEST_CASE("a wait for a child is cancelled at every stage", "[wait_cancel]") {
  co_await cancel_at_every_stage<waiting_for_a_child>();
}
