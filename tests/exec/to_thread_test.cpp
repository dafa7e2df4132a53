// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/to_thread.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rill/combinators/gather.hpp"
#include "rill/core/context_var.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/exec/run_in_executor.hpp"
#include "rill/exec/thread_pool_executor.hpp"
#include "rill/loop/event_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/thread_gate.hpp"

using rill::to_thread;
using rill_test::thread_gate;

namespace {

rill::context_var<std::string>& user() {
  static rill::context_var<std::string> variable("user", "nobody");
  return variable;
}

std::string greet(const std::string& word) { return word + " " + user().get(); }

rill::coro<int> one_of(rill::capacity_limiter& limiter, std::atomic<int>& now,
                       std::atomic<int>& most) {
  const auto count = [&now, &most] {
    const int here = ++now;
    int seen = most.load();
    while (seen < here && !most.compare_exchange_weak(seen, here)) continue;
    std::this_thread::yield();
    --now;
    return 1;
  };
  const int one = co_await to_thread(limiter, count);
  co_return one;
}

}  // namespace

RILL_IO_TEST_CASE("context variables are carried to the thread, and not back", "[to_thread]") {
  user().set("guido");
  const std::string greeting = co_await to_thread(greet, "hello");
  CHECK(greeting == "hello guido");
  const std::string bare = co_await rill::run_in_executor(greet, "hello");
  CHECK(bare == "hello nobody");
  const auto change = [] {
    user().set("somebody else");
    return user().get();
  };
  const std::string there = co_await to_thread(change);
  CHECK(there == "somebody else");
  CHECK(user().get() == "guido");
}

RILL_IO_TEST_CASE("a limiter lets so many calls in at a time", "[to_thread]") {
  rill::capacity_limiter limiter(2);
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  std::vector<rill::coro<int>> calls;
  for (int i = 0; i < 50; ++i) calls.push_back(one_of(limiter, now, most));
  const std::vector<int> ones = co_await rill::gather(std::move(calls));
  CHECK(ones.size() == 50);
  CHECK(most <= 2);
  CHECK(limiter.borrowed() == 0);
}

RILL_IO_TEST_CASE("a call whose caller has gone keeps its token until it ends", "[to_thread]") {
  rill::capacity_limiter limiter(1);
  thread_gate gate;
  const auto pass = [&gate] { gate.pass(); };
  const rill::task<> gone = rill::create_task(to_thread(limiter, pass));
  co_await rill::yield();
  gate.wait_for(1);
  gone.cancel();
  co_await rill::yield();
  co_await rill::yield();
  CHECK(gone.cancelled());
  CHECK(limiter.borrowed() == 1);
  gate.open();
  co_await limiter.acquire();
  CHECK(limiter.borrowed() == 1);
  limiter.release();
}

RILL_IO_TEST_CASE("a call that is cancelled in the queue gives its token back", "[to_thread]") {
  const auto pool = std::make_shared<rill::thread_pool_executor>(1);
  rill::event_loop::running().set_default_executor(pool);
  thread_gate gate;
  const rill::future<> first = to_thread([&gate] { gate.pass(); });
  gate.wait_for(1);
  rill::capacity_limiter limiter(1);
  std::atomic<bool> ran = false;
  const rill::task<> queued = rill::create_task(to_thread(limiter, [&ran] { ran = true; }));
  co_await rill::yield();
  CHECK(limiter.borrowed() == 1);
  queued.cancel();
  for (int turn = 0; turn < 5; ++turn) co_await rill::yield();
  CHECK(limiter.borrowed() == 0);
  gate.open();
  co_await first;
  CHECK(!ran);
}
