// SPDX-License-Identifier: BSL-1.0
//
// step_loop: a loop that a test drives by hand, turn by turn, where the order of steps is the
// point.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

#include "rill/loop/event_loop.hpp"
#include "rill/testing/virtual_clock.hpp"

namespace rill::testing {

/// A loop without I/O on a virtual clock, which moves only when told to. asyncio's own tests have
/// `test_utils.run_once` for it; tokio has task::spawn(...).poll().
///
///     step_loop steps;
///     auto sleeper = steps.loop().create_task(nap());
///     steps.turn();               // runs to the sleep
///     CHECK(!sleeper.done());
///     steps.advance(1s);
///     CHECK(sleeper.done());
///
/// Leaving it closes the loop: tasks that have not ended are destroyed.
class step_loop {
 public:
  step_loop();
  step_loop(const step_loop&) = delete;
  step_loop& operator=(const step_loop&) = delete;

  event_loop& loop() noexcept { return loop_; }
  virtual_clock& clock() noexcept { return clock_; }

  /// One turn: what is ready, or due, runs once. Returns whether anything was.
  bool turn();

  /// Turns until nothing is ready; returns how many ran something. Time stands still. Throws
  /// usage_error after `most` turns: something keeps itself ready for ever.
  std::size_t settle(std::size_t most = 100'000);

  /// Settles, then moves time on from timer to timer, settling after each, and stops `by` later.
  void advance(std::chrono::nanoseconds by);

  /// Calls `function(args...)` in the loop, as a callback in a turn of its own, so that it may use
  /// what needs a running loop; settles; gives what it has returned or throws what it has thrown.
  template <class Function, class... Args>
    requires std::invocable<Function&, Args...>
  auto in_loop(Function function, Args&&... args) {
    future<std::decay_t<std::invoke_result_t<Function&, Args...>>> answer =
        loop_.create_future<std::decay_t<std::invoke_result_t<Function&, Args...>>>();
    loop_.call_soon([&] {
      try {
        if constexpr (std::is_void_v<std::invoke_result_t<Function&, Args...>>) {
          std::invoke(function, std::forward<Args>(args)...);
          answer.set_result();
        } else {
          answer.set_result(std::invoke(function, std::forward<Args>(args)...));
        }
      } catch (...) {
        answer.set_exception(std::current_exception());
      }
    });
    settle();
    return std::move(answer).result();
  }

 private:
  virtual_clock clock_;
  event_loop loop_;
};

}  // namespace rill::testing
