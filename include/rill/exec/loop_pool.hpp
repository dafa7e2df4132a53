// SPDX-License-Identifier: BSL-1.0
// loop_pool: several threads with an event loop each, to use several cores.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "rill/base/detail/atomic.hpp"
#include "rill/core/coro.hpp"
#include "rill/exec/executor_future.hpp"
#include "rill/exec/loop_thread.hpp"

namespace rill {

// [loop_pool_options]
/// How a loop_pool is made.
struct loop_pool_options {
  /// How many loops; 0: one for each processor that the caller may use.
  std::size_t loops = 0;
  /// The names of the threads begin so, and end with a number.
  std::string_view name = "rill-loop";
  /// The reactor of the loops, as in loop_options.
  std::string_view backend = {};
};
// [/loop_pool_options]

// [loop_pool]
/// Threads with an event loop each. asyncio: none; a loop for each thread, made by hand.
///
///     rill::loop_pool pool({.loops = 2});
///     rill::pool_server server = co_await rill::start_pool_server(pool, echo, "127.0.0.1", 8080);
///
/// Tasks stay on the loop that they began on: nothing is stolen, so that what they share with
/// others of their loop needs no lock. It multiplies connections, not the speed of one.
/// **Its end, threads**: as loop_thread.
class loop_pool {
 public:
  /// Returns when all loops run. Throws as loop_thread's constructor; nothing is left then.
  explicit loop_pool(loop_pool_options options = {});
  /// For with(). The one that is moved from can only be destroyed.
  loop_pool(loop_pool&& other) noexcept;

  /// loop_thread::submit() on one of the loops, by turns.
  template <class Function, class... Args>
    requires detail::is_coro<detail::called_coro_t<Function, Args...>>
  auto submit(Function&& function, Args&&... args) {
    return next().submit(std::forward<Function>(function), std::forward<Args>(args)...);
  }
  /// Runs `function(args...)` on each loop, with copies of function and arguments; gives the
  /// futures in the order of the loops.
  template <class Function, class... Args>
    requires detail::is_coro<detail::called_coro_t<Function, Args...>>
  auto on_each(const Function& function, const Args&... args) {
    using value = typename detail::called_coro_t<Function, Args...>::value_type;
    std::vector<executor_future<value>> started;
    started.reserve(size());
    for (loop_thread& each : loops_) started.push_back(each.submit(function, args...));
    return started;
  }

  std::size_t size() const noexcept { return loops_.size(); }
  loop_thread& operator[](std::size_t index) noexcept { return loops_[index]; }

  /// Ends all loops, and blocks until they have. Idempotent. Throws usage_error where a loop runs.
  void stop();
  /// The same for coroutines. **Cancellation** ends the wait alone.
  coro<> aclose();
  // [/loop_pool]

 private:
  loop_thread& next() noexcept { return loops_[turn_.fetch_add_relaxed(1) % loops_.size()]; }

  std::vector<loop_thread> loops_;
  detail::atomic<std::size_t> turn_{0};
};

}  // namespace rill
