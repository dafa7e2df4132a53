// SPDX-License-Identifier: BSL-1.0
// from_thread: calls from a thread of an executor back into the loop that has asked for the job.
#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "rill/combinators/run_coroutine_threadsafe.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/detail/task_block.hpp"
#include "rill/loop/event_loop.hpp"

namespace rill {

namespace detail {

/// The loop that has asked for the job which this thread runs; it is not closed for good meanwhile.
/// Throws usage_error where there is none, and where it was closed.
class caller_loop {
 public:
  caller_loop();
  caller_loop(const caller_loop&) = delete;
  caller_loop& operator=(const caller_loop&) = delete;
  ~caller_loop();
  event_loop& get() const noexcept;

 private:
  scheduler* loop_;
};

template <class Function, class... Args>
using called_coro_t = std::invoke_result_t<std::decay_t<Function>&, std::decay_t<Args>...>;

/// Makes the coroutine on the loop's thread, and keeps what it is made of until it has ended.
template <class T, class Function, class... Args>
coro<T> run_there(Function function, Args... args) {
  co_return co_await std::invoke(function, std::move(args)...);
}

template <class T, class Function, class... Args>
coro<T> call_there(Function function, Args... args) {
  co_return std::invoke(function, std::move(args)...);
}

template <class T>
T wait_for_loop(coro<T> work) {
  threadsafe_task<T> running;
  {
    const caller_loop loop;
    running = run_coroutine_threadsafe(std::move(work), loop.get());
  }
  return std::move(running).result();
}

}  // namespace detail

/// Calls back, for code that to_thread() or run_in_executor() has brought to a thread.
namespace from_thread {

// [from_thread_run]
/// Runs the coroutine `function(args...)` on the loop that has asked for this thread's job, and
/// blocks until it has ended; gives its value or throws its error. asyncio: none; anyio:
/// from_thread.run(). asyncio's way is run_coroutine_threadsafe(coro, loop).result().
///
///     std::string name = rill::from_thread::run(look_up, id);
///
/// The coroutine is made and run in the loop's thread, as a task of its own, which the end of the
/// loop cancels. **Throws** usage_error in a thread that runs no job of a loop, when that loop was
/// closed, and in the loop's own thread, where it would wait for ever; cancelled_error when the
/// loop ends meanwhile.
template <class Function, class... Args>
  requires detail::is_coro<detail::called_coro_t<Function, Args...>>
auto run(Function&& function, Args&&... args) {
  using value = typename detail::called_coro_t<Function, Args...>::value_type;
  return detail::wait_for_loop<value>(
      detail::run_there<value, std::decay_t<Function>, std::decay_t<Args>...>(
          std::forward<Function>(function), std::forward<Args>(args)...));
}
// [/from_thread_run]

// [from_thread_call]
/// The same for an ordinary function, which is called in the loop's thread. anyio:
/// from_thread.run_sync().
template <class Function, class... Args>
  requires(!detail::is_coro<detail::called_coro_t<Function, Args...>>)
auto call(Function&& function, Args&&... args) {
  using value = detail::called_coro_t<Function, Args...>;
  return detail::wait_for_loop<value>(
      detail::call_there<value, std::decay_t<Function>, std::decay_t<Args>...>(
          std::forward<Function>(function), std::forward<Args>(args)...));
}
// [/from_thread_call]

}  // namespace from_thread
}  // namespace rill
