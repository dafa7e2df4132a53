// SPDX-License-Identifier: BSL-1.0
// thread_pool_executor: some threads that run jobs in the order of their coming.
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <ranges>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "rill/base/unique_function.hpp"
#include "rill/core/coro.hpp"
#include "rill/exec/exec_errors.hpp"
#include "rill/exec/map_results.hpp"
#include "rill/exec/submit.hpp"
#include "rill/loop/executor.hpp"

namespace rill {

namespace detail {
class worker_threads;
}

// [thread_pool_options]
/// How a pool is made.
struct thread_pool_options {
  /// The most threads it starts; 0: min(32, processors that the caller may use + 4), as
  /// in Python.
  std::size_t max_workers = 0;
  /// The names of its threads begin so, and end with a number; longer ones are cut in between.
  std::string_view name = "rill-pool";
};
// [/thread_pool_options]

// [thread_pool_stats]
/// What a pool tells about itself. Of one moment: its threads go on meanwhile.
struct thread_pool_stats {
  std::size_t max_workers = 0;
  std::size_t threads = 0;  ///< started so far
  std::size_t idle = 0;     ///< of those, without a job
  std::size_t queued = 0;   ///< jobs that no thread has taken, cancelled ones among them
};
// [/thread_pool_stats]

// [thread_pool_executor]
/// Runs jobs in some threads of its own, the first that came first. asyncio: ThreadPoolExecutor of
/// concurrent.futures.
///
///     rill::thread_pool_executor pool(4);
///     rill::executor_future<int> sum = pool.submit(add, 2, 3);
///
/// A thread is started when a job comes, none is idle and there may be more. They have names, and
/// see no signals. **In a coroutine**, leave it so that the loop goes on:
///
///     co_await rill::with(rill::thread_pool_executor(4), body);
///
/// **The destructor** waits for all jobs, as shutdown() does. Where that would stop something (in a
/// thread in which a loop runs, or in one of the pool's own) it does not: queued jobs are
/// cancelled, running ones asked to stop and left to end by themselves, and the end of the program
/// waits for the threads. The loop's exception handler is told if there was anything to do.
///
/// **Threads**: all members may be called in any. **Fork**: its threads are not in the child, where
/// jobs are refused with a usage_error; make a pool there.
class thread_pool_executor final : public default_executor {
 public:
  explicit thread_pool_executor(thread_pool_options options = {});
  /// Throws std::invalid_argument if that is less than one.
  explicit thread_pool_executor(std::ptrdiff_t max_workers);
  /// Has each thread call `initializer(args...)` before its first job; several may be at it at
  /// once, all with the same arguments. If it throws, the pool is broken: its jobs, and those that
  /// come, fail with broken_thread_pool.
  template <class Initializer, class... Args>
    requires std::is_invocable_v<const std::decay_t<Initializer>&, const std::decay_t<Args>&...>
  thread_pool_executor(thread_pool_options options, Initializer initializer, Args... args)
      : thread_pool_executor(
            options, unique_function<void()>([initializer = std::move(initializer),
                                              args = std::tuple<Args...>(std::move(args)...)] {
              std::apply(initializer, args);
            })) {}
  /// For with(). The one that is moved from can only be destroyed.
  thread_pool_executor(thread_pool_executor&& other) noexcept;
  ~thread_pool_executor() override;

  /// rill::submit() here. Throws executor_shut_down behind a shutdown, broken_thread_pool, and
  /// std::system_error if there is no thread to be had.
  template <class Function, class... Args>
    requires detail::threadable<Function, Args...>
  auto submit(Function&& function, Args&&... args) {
    return rill::submit(*this, std::forward<Function>(function), std::forward<Args>(args)...);
  }

  /// Calls `function` with each element of the range, at the same time as far as there are threads;
  /// gives the results in the order of the elements. asyncio: Executor.map(). The function is
  /// shared by the calls. Elements are copied, or moved out of a range given as an rvalue.
  template <class Function, std::ranges::input_range Range>
  auto map(Function function, Range&& range) {
    return detail::map_in(*this, std::move(function), std::forward<Range>(range));
  }

  /// Takes a job. For submit().
  void execute(job work) override;

  /// Takes no more jobs; with `wait`, blocks until all jobs and threads have ended. asyncio:
  /// shutdown(wait, cancel_futures). With `cancel_pending`, jobs that have not begun are cancelled,
  /// and the others asked to stop. Can be called again. Throws usage_error for a wait where a loop
  /// runs, and in a thread of the pool, where it would never end.
  void shutdown(bool wait = true, bool cancel_pending = false);
  /// The same for coroutines: ends when all jobs and threads have ended. **Cancellation** ends the
  /// wait alone. Throws usage_error in a loop that runs in a thread of the pool.
  coro<> aclose(bool cancel_pending = false);
  /// aclose() for with(): cancels what is pending when the body has failed.
  coro<> close(std::exception_ptr error);
  coro<bool> aclose_within(std::chrono::nanoseconds limit) override;

  thread_pool_stats stats() const noexcept;
  // [/thread_pool_executor]

 private:
  thread_pool_executor(thread_pool_options options, unique_function<void()> initializer);

  std::size_t max_workers_;
  std::shared_ptr<detail::worker_threads> workers_;
};

}  // namespace rill
