// SPDX-License-Identifier: BSL-1.0
// loop_thread: an event loop in a thread of its own; the way to coroutines for threads without one.
#pragma once

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/exec/detail/looped_job.hpp"
#include "rill/exec/executor_future.hpp"
#include "rill/exec/from_thread.hpp"
#include "rill/loop/event_loop.hpp"

namespace rill {

// [loop_thread_options]
/// How a loop_thread is made.
struct loop_thread_options {
  /// The name of the thread; the system may cut it.
  std::string_view name = "rill-loop";
  /// The reactor of the loop, as in loop_options.
  std::string_view backend = {};
};
// [/loop_thread_options]

// [loop_thread]
/// An event loop that runs in a thread of its own. asyncio: none; anyio: start_blocking_portal().
///
///     rill::loop_thread portal;                             // in a program without a loop
///     std::string page = portal.run(fetch, "example.org");
///
/// The thread sees no signals. **Its end** is that of rill::run(): what is left is cancelled and
/// waited for. The destructor waits for that; in a thread in which a loop runs it does not, and the
/// end of the program does. There, co_await aclose() first, or use with().
/// **Threads**: any. Moving, stop() and the destructor: one at a time, and behind all other calls.
/// **Fork**: its thread is not in the child, where submitting is refused with a usage_error, and
/// its end does nothing; make one there.
class loop_thread {
 public:
  /// Returns when the loop runs. Throws what event_loop's constructor throws, and std::system_error
  /// if there is no thread to be had.
  explicit loop_thread(loop_thread_options options = {});
  /// For with(). The one that is moved from can only be destroyed.
  loop_thread(loop_thread&& other) noexcept = default;
  ~loop_thread();

  /// Runs the coroutine `function(args...)` there, as a task of its own, and gives its future at
  /// once: to block on, or to await in another loop. The coroutine is made in that thread, and what
  /// it is made of is kept until it has ended. Unlike other jobs, one that has begun can be
  /// cancelled: cancel() then gives false, and asks the task to stop. Throws usage_error when the
  /// loop has ended. asyncio: run_coroutine_threadsafe().
  template <class Function, class... Args>
    requires detail::is_coro<detail::called_coro_t<Function, Args...>>
  auto submit(Function&& function, Args&&... args) {
    using value = typename detail::called_coro_t<Function, Args...>::value_type;
    return detail::executor_future_access::make<value>(detail::begin_looped<value>(
        state_, std::forward<Function>(function), std::forward<Args>(args)...));
  }
  /// The same, and blocks until it has ended: gives its value or throws its error. Throws
  /// usage_error where a loop runs.
  template <class Function, class... Args>
    requires detail::is_coro<detail::called_coro_t<Function, Args...>>
  auto run(Function&& function, Args&&... args) {
    detail::refuse_blocking_call();
    return submit(std::forward<Function>(function), std::forward<Args>(args)...).result();
  }
  /// run() for an ordinary function, which is called in that thread.
  template <class Function, class... Args>
    requires(!detail::is_coro<detail::called_coro_t<Function, Args...>>)
  auto call(Function&& function, Args&&... args) {
    detail::refuse_blocking_call();
    using value = detail::called_coro_t<Function, Args...>;
    return submit(&detail::call_there<value, std::decay_t<Function>, std::decay_t<Args>...>,
                  std::forward<Function>(function), std::forward<Args>(args)...)
        .result();
  }

  /// The loop, for call_soon_threadsafe(). It lives as long as this.
  event_loop& loop() const noexcept { return detail::loop_of(*state_); }

  /// Asks the loop to end, and returns at once.
  void request_stop() noexcept;
  /// Ends the loop, and blocks until it has ended. Idempotent. Throws usage_error where a loop
  /// runs.
  void stop();
  /// The same for coroutines. **Cancellation** ends the wait alone.
  coro<> aclose();
  // [/loop_thread]

 private:
  std::shared_ptr<detail::thread_of_loop> state_;
};

}  // namespace rill
