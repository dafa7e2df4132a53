// SPDX-License-Identifier: BSL-1.0
//
// Cancels one operation at every stage of its life and demands that it has ended or never
// happened: what it waited for is given out once, to it or to the next who asks.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"
#include "support/leaves_open.hpp"

namespace rill_test {

/// An operation to be cancelled. Each stage makes a new one.
class cancellable {
 public:
  cancellable() = default;
  cancellable(const cancellable&) = delete;
  cancellable& operator=(const cancellable&) = delete;
  virtual ~cancellable() = default;

  virtual rill::coro<> set_up() { co_return; }
  /// The operation; counts `taken` when it has been given what it waits for, and awaits nothing
  /// after that.
  virtual rill::coro<> wait() = 0;
  /// Makes its result ready. Called once.
  virtual rill::coro<> satisfy() = 0;
  /// Looks whether all is well when the result has been taken.
  virtual rill::coro<> finish() { co_return; }

  int taken = 0;
};

inline rill::coro<> let_others_run(int turns) {
  for (int i = 0; i < turns; ++i) co_await rill::yield();
}

/// Until the reactor has begun what there is to begin. While tasks are ready it need not look.
inline rill::coro<> settle() { co_await rill::sleep(std::chrono::milliseconds(1)); }

/// How a task ended. An error is thrown on.
template <class T>
rill::coro<bool> ended_cancelled(rill::task<T> task) {
  bool cancelled = false;
  try {
    co_await task;
  } catch (const rill::cancelled_error&) {
    cancelled = true;
  }
  co_return cancelled;
}

/// The result is given out now if it was not before.
inline rill::coro<> take_once(cancellable& work, bool cancelled) {
  CHECK(work.taken == (cancelled ? 0 : 1));
  if (work.taken == 0) co_await work.wait();
  CHECK(work.taken == 1);
  co_await work.finish();
}

/// Cancelled `times` times, `turns` turns apart, before the first step or when it waits.
inline rill::coro<> cancel_unsatisfied(cancellable& work, bool begun, int times, int turns) {
  co_await work.set_up();
  const rill::task<> waiting = rill::create_task(work.wait());
  if (begun) co_await settle();
  CHECK(!waiting.done());
  for (int i = 0; i < times; ++i) {
    waiting.cancel();
    co_await let_others_run(turns);
  }
  const bool cancelled = co_await ended_cancelled(waiting);
  CHECK(cancelled);
  co_await work.satisfy();
  co_await take_once(work, cancelled);
}

/// Cancelled about when its result comes: `turns` turns after that, or before it.
inline rill::coro<> cancel_in_the_turn(cancellable& work, bool cancel_first, int turns) {
  co_await work.set_up();
  const rill::task<> waiting = rill::create_task(work.wait());
  co_await settle();
  CHECK(!waiting.done());
  if (cancel_first) waiting.cancel();
  co_await work.satisfy();
  co_await let_others_run(turns);
  if (!cancel_first) waiting.cancel();
  const bool cancelled = co_await ended_cancelled(waiting);
  co_await take_once(work, cancelled);
}

/// The result is there, and the request too, when the operation begins.
inline rill::coro<> cancel_beforehand(cancellable& work) {
  co_await work.set_up();
  co_await work.satisfy();
  co_await settle();
  const auto body = [](cancellable& one) -> rill::coro<> {
    rill::current_task().cancel();
    co_await one.wait();
  };
  const rill::task<> waiting = rill::create_task(body, std::ref(work));
  const bool cancelled = co_await ended_cancelled(waiting);
  co_await take_once(work, cancelled);
}

/// Cancelled, begun again in the clean-up, and cancelled again.
inline rill::coro<> cancel_the_clean_up(cancellable& work) {
  co_await work.set_up();
  int strikes = 0;
  const auto body = [](cancellable& one, int& struck) -> rill::coro<> {
    for (int i = 0; i < 2; ++i) {
      try {
        co_await one.wait();
      } catch (const rill::cancelled_error&) {
        if (++struck == 2) throw;
      }
    }
  };
  const rill::task<> waiting = rill::create_task(body, std::ref(work), std::ref(strikes));
  for (int i = 0; i < 2; ++i) {
    co_await settle();
    CHECK(!waiting.done());
    waiting.cancel();
  }
  const bool cancelled = co_await ended_cancelled(waiting);
  CHECK(cancelled);
  CHECK(strikes == 2);
  co_await work.satisfy();
  co_await take_once(work, cancelled);
}

template <class Work>
rill::coro<> cancel_in_all_stages() {
  for (const bool begun : {false, true}) {
    for (int times = 1; times < 4; ++times) {
      INFO("cancelled " << times << (begun ? " times while it waits" : " times before it begins"));
      Work at_once;
      co_await cancel_unsatisfied(at_once, begun, times, 0);
      Work apart;
      co_await cancel_unsatisfied(apart, begun, times, 1);
    }
  }
  for (int turns = 0; turns < 4; ++turns) {
    INFO("cancelled " << turns << " turns after its result was made ready");
    Work work;
    co_await cancel_in_the_turn(work, false, turns);
  }
  for (int turns = 0; turns < 2; ++turns) {
    INFO("cancelled before its result was made ready");
    Work work;
    co_await cancel_in_the_turn(work, true, turns);
  }
  {
    INFO("cancelled beforehand, with the result ready");
    Work work;
    co_await cancel_beforehand(work);
  }
  INFO("cancelled again in the clean-up");
  Work work;
  co_await cancel_the_clean_up(work);
}

/// All stages of an operation that waits until it is satisfied; no descriptor is left behind.
/// `Work` is a cancellable.
template <class Work>
rill::coro<> cancel_at_every_stage() {
  const bool closed = co_await leaves_nothing_open(&cancel_in_all_stages<Work>);
  CHECK(closed);
}

}  // namespace rill_test
