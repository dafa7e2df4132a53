// SPDX-License-Identifier: BSL-1.0
// process_pool_executor: worker processes that do jobs. Needs the library cereal, and is in no
// umbrella: link rill::process_pool.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "rill/core/coro.hpp"
#include "rill/exec/detail/process_function.hpp"
#include "rill/exec/detail/process_pool_owner.hpp"
#include "rill/exec/executor_future.hpp"
#include "rill/exec/process_archive.hpp"
#include "rill/exec/process_map_results.hpp"
#include "rill/loop/clock.hpp"

namespace rill {

// [process_initializer]
/// A call that each worker of a pool makes before its first job: `of<&function>(args...)`, where
/// the function gives nothing. multiprocessing: initializer and initargs.
class process_initializer {
 public:
  /// No call.
  process_initializer() noexcept = default;
  template <auto Function, class... Args>
  static process_initializer of(Args&&... args) {
    static_assert(std::is_void_v<detail::process_result<Function>>,
                  "rill: nobody gets what an initializer returns; let it return nothing");
    process_initializer made;
    made.call_ = std::make_shared<detail::process_initial_call<Function>>(
        detail::arguments_for<Function>(std::forward<Args>(args)...));
    return made;
  }
  // [/process_initializer]

 private:
  friend class process_pool_executor;
  std::shared_ptr<const detail::process_job_maker> call_;
};

// [process_pool_options]
/// How a pool is made.
struct process_pool_options {
  /// The most processes it starts; 0: as many as there are processors that
  /// the caller may use.
  std::size_t max_workers = 0;
  worker_start start = worker_start::spawn;
  /// A worker that has done so many jobs ends, and is replaced; 0: no limit. A chunk of a map
  /// counts as one.
  std::size_t max_tasks_per_worker = 0;
  process_initializer initializer = {};
  /// A process that does not reach process_worker_main() in that time is killed, and its job fails.
  std::chrono::nanoseconds start_limit = std::chrono::seconds(60);
  /// A worker that is to end, and has not ended in that time, is killed.
  std::chrono::nanoseconds exit_limit = std::chrono::seconds(5);
};
// [/process_pool_options]

// [process_pool_executor]
/// Runs functions of this program in processes of its own. asyncio: ProcessPoolExecutor of
/// concurrent.futures.
///
///     rill::process_pool_executor pool;
///     rill::executor_future<long> count = pool.submit<&count_words>(text);
///     long words = co_await count;     // or count.result() in a thread
///
/// A function is named at compile time, and never sent. Its arguments and its result are: they are
/// saved by cereal (see process_transferable), streamed through a socket, in a thread of the pool,
/// so that a loop does not wait for large ones, and never held twice on either side. A coroutine
/// function runs in a loop of the worker. What it throws comes back: standard types and those of
/// rill as themselves, others as a remote_error.
///
/// main() must begin with process_worker_main(). A worker is started when a job comes, none is idle
/// and there may be more. It has this program's standard output and error, and nothing to read;
/// of other files it has none. **In a coroutine**, leave a pool so that the loop goes on:
///
///     co_await rill::with(rill::process_pool_executor(), body);
///
/// **A worker that dies** (killed, crashed, a job that calls exit) takes its job along, which fails
/// with broken_process_pool; another takes its place, and other jobs do not notice. A job that was
/// not sent whole is sent to another worker. An initializer that throws, or whose process dies,
/// breaks the pool: its jobs, and those that come, fail with broken_process_pool.
///
/// Workers end with this process, however it ends.
///
/// **The destructor** waits for all jobs, as shutdown() does. Where that would stop something (in a
/// thread in which a loop runs, in a callback of one of its jobs) it cancels queued jobs and kills
/// the workers.
///
/// It can be moved while no member runs; what is left behind can only be destroyed or assigned to.
/// **Threads**: all members may be called in any. **Fork**: a child has no part in the pool of its
/// parent; jobs are refused there with a usage_error, and all else does nothing.
class process_pool_executor {
 public:
  /// Throws usage_error without process_worker_main(). Starts nothing yet.
  process_pool_executor() : process_pool_executor(process_pool_options()) {}
  explicit process_pool_executor(process_pool_options options) : pool_(plan_of(options)) {}

  /// Has a worker call `Function(args...)`. Arguments are converted to the function's parameters
  /// here and now, and sent later. **Throws** executor_shut_down, broken_process_pool,
  /// std::system_error if there is no thread to be had. Cancelling the future, or the task that
  /// waits for it, cancels a job that no worker has, and its arguments go when its turn would have
  /// come; one that a worker has goes on.
  template <auto Function, class... Args>
  executor_future<detail::process_result<Function>> submit(Args&&... args) {
    using call =
        detail::process_call<detail::process_result<Function>, detail::process_arguments<Function>>;
    auto job = std::make_shared<call>(detail::process_entry<Function>::id,
                                      detail::arguments_for<Function>(std::forward<Args>(args)...));
    auto future = job->get_future();
    pool_.submit(std::move(job));
    return future;
  }

  /// Calls `Function` with each element of the range; gives the results in the order of the
  /// elements. asyncio: Executor.map(). So many elements go to a worker at once as `chunk_size`
  /// says: each chunk costs a message, and one that is large leaves cores without work at the end.
  /// 0: four chunks for each worker. Elements are copied, or moved out of a range given as an
  /// rvalue.
  template <auto Function, std::ranges::input_range Range>
  process_map_results<detail::process_result<Function>> map(Range&& range,
                                                            std::size_t chunk_size = 0) {
    return process_map_results<detail::process_result<Function>>(
        detail::submit_map<Function>(pool_, std::forward<Range>(range), chunk_size));
  }

  /// Takes no more jobs; with `wait`, blocks until all jobs have ended and all workers. asyncio:
  /// shutdown(wait, cancel_futures). With `cancel_pending`, jobs that no worker has are cancelled.
  /// Can be called again. Throws usage_error for a wait where a loop runs, or in a callback of a
  /// job.
  void shutdown(bool wait = true, bool cancel_pending = false) {
    pool_.shutdown(wait, cancel_pending);
  }
  /// The same for coroutines: ends when all jobs and workers have ended. **Cancellation** ends the
  /// wait alone.
  coro<> aclose(bool cancel_pending = false) { return detail::close_pool(pool_, cancel_pending); }
  /// aclose() for with(): cancels what is pending when the body has failed.
  coro<> close(std::exception_ptr error) {
    return detail::close_pool(pool_, static_cast<bool>(error));
  }
  /// Kills all workers, whatever they do: their jobs fail with broken_process_pool. The pool goes
  /// on with new ones. asyncio: kill_workers().
  void kill_workers() noexcept { pool_.kill_workers(); }

  process_pool_stats stats() const { return pool_.stats(); }
  /// The process ids of the workers that are there.
  std::vector<std::int64_t> worker_ids() const { return pool_.worker_ids(); }
  // [/process_pool_executor]

 private:
  static detail::process_pool_plan plan_of(process_pool_options& options) {
    detail::process_pool_plan plan;
    plan.max_workers = options.max_workers;
    plan.max_tasks_per_worker = options.max_tasks_per_worker;
    plan.start = options.start;
    plan.start_limit = std::chrono::ceil<std::chrono::milliseconds>(options.start_limit);
    plan.exit_limit = std::chrono::ceil<std::chrono::milliseconds>(options.exit_limit);
    plan.initializer = std::move(options.initializer.call_);
    return plan;
  }

  detail::process_pool_owner pool_;
};

// [run_in_process]
/// submit(), spelled as asyncio's loop.run_in_executor(pool, function, *args).
template <auto Function, class... Args>
auto run_in_executor(process_pool_executor& pool, Args&&... args) {
  return pool.submit<Function>(std::forward<Args>(args)...);
}
// [/run_in_process]

}  // namespace rill
