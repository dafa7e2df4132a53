// SPDX-License-Identifier: BSL-1.0
//
// Cancellations of waits in a threadsafe_queue, before and behind a grant that another thread
// makes.
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "rill/combinators/wait_for.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/sync/threadsafe_queue.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/cancel_stages.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"
#include "sync/party_watch.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::task;
using rill::testing::step_loop;
using rill_test::elsewhere;
using rill_test::let_run;

namespace {

using numbers = rill::threadsafe_queue<int>;

coro<int> gets(numbers& from) { co_return co_await from.get(); }

/// Gets one item, and tells whether a cancellation struck at the next await.
coro<int> gets_and_yields(numbers& from, bool& struck) {
  const int item = co_await from.get();
  try {
    co_await rill::yield();
  } catch (const rill::cancelled_error&) {
    struck = true;
  }
  co_return item;
}

/// What the stages of cancel_stages.hpp have in common here: everything comes from other threads.
class waiting_on_numbers : public rill_test::cancellable {
 protected:
  numbers items_{1};
};

class getting final : public waiting_on_numbers {
 public:
  coro<> wait() override {
    const int item = co_await items_.get();
    CHECK(item == 7);
    ++taken;
  }
  coro<> satisfy() override {
    elsewhere([this] { items_.put_blocking(7); });
    co_return;
  }
  coro<> finish() override {
    CHECK(items_.stats().getters == 0);
    CHECK(items_.empty());
    co_return;
  }
};

class putting final : public waiting_on_numbers {
 public:
  coro<> set_up() override { co_await items_.put(1); }
  coro<> wait() override {
    co_await items_.put(2);
    ++taken;
  }
  coro<> satisfy() override {
    elsewhere([this] { static_cast<void>(items_.get_blocking()); });
    co_return;
  }
  coro<> finish() override {
    CHECK(items_.try_get() == 2);
    CHECK(items_.try_get() == std::nullopt);
    CHECK(items_.stats().putters == 0);
    co_return;
  }
};

class joining final : public waiting_on_numbers {
 public:
  coro<> set_up() override { co_await items_.put(1); }
  coro<> wait() override {
    co_await items_.join();
    ++taken;
  }
  coro<> satisfy() override {
    elsewhere([this] { items_.task_done(); });
    co_return;
  }
};

}  // namespace

RILL_IO_TEST_CASE("a get is complete or withdrawn at every stage",
                  "[threadsafe_queue][real-time]") {
  co_await rill_test::cancel_at_every_stage<getting>();
}

RILL_IO_TEST_CASE("a put is complete or withdrawn at every stage",
                  "[threadsafe_queue][real-time]") {
  co_await rill_test::cancel_at_every_stage<putting>();
}

RILL_IO_TEST_CASE("a join is complete or withdrawn at every stage",
                  "[threadsafe_queue][real-time]") {
  co_await rill_test::cancel_at_every_stage<joining>();
}

RILL_IO_TEST_CASE("a time limit on a get leaves no waiter", "[threadsafe_queue][real-time]") {
  numbers items;
  bool late = false;
  try {
    co_await rill::wait_for(items.get(), 1ms);
  } catch (const rill::timeout_error&) {
    late = true;
  }
  CHECK(late);
  CHECK(items.stats().getters == 0);
}

TEST_CASE("a cancellation behind a grant from another thread strikes at the next await",
          "[threadsafe_queue]") {
  numbers items;
  step_loop steps;
  bool struck = false;
  const task<int> reader = steps.loop().create_task(gets_and_yields(items, struck));
  steps.settle();
  elsewhere([&items] { items.put_blocking(7); });
  CHECK(items.empty());
  reader.cancel();  // the grant is in the inbox of the loop, which has not looked
  steps.settle();
  CHECK(reader.result() == 7);
  CHECK(struck);
}

TEST_CASE("a request that is due strikes before anything is taken", "[threadsafe_queue]") {
  numbers items;
  CHECK(items.try_put(1));
  step_loop steps;
  const auto body = [](numbers& from) -> coro<int> {
    rill::current_task().cancel();
    co_return co_await from.get();
  };
  const task<int> reader = steps.loop().create_task(body(items));
  steps.settle();
  CHECK(reader.cancelled());
  CHECK(items.try_get() == 1);
}

RILL_TEST_CASE("the first getter cancelled, the second gets what a thread puts",
               "[threadsafe_queue]") {
  numbers items;
  const task<int> first = create_task(gets(items));
  const task<int> second = create_task(gets(items));
  co_await let_run();
  first.cancel();
  co_await rill::yield();
  elsewhere([&items] { items.put_blocking(7); });
  const int got = co_await second;
  CHECK(got == 7);
  CHECK(first.cancelled());
}
