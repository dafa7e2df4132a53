// SPDX-License-Identifier: BSL-1.0
// run_in_executor: a blocking call, in an executor, as a future of the loop.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "rill/core/future.hpp"
#include "rill/exec/detail/loop_job.hpp"
#include "rill/loop/executor.hpp"

namespace rill {

// [run_in_executor]
/// Has an executor call `function(args...)`, and gives a future of this thread's loop. asyncio:
/// loop.run_in_executor(executor, func, *args).
///
///     std::string page = co_await rill::run_in_executor(pool, fetch, url);
///
/// The job is submitted by this call, not by the await; as to function, arguments and
/// std::stop_token see submit(). Context variables are not carried over: to_thread() does that. The
/// future can be awaited, gathered, waited for, shielded as every other. **Cancellation** of it,
/// also by a task that awaits it, ends the job if that has not begun; else the job goes on, is
/// asked to stop if it listens, and its result is dropped. The caller goes on at once: what the job
/// uses must be its own. The loop's end does not wait for jobs of an executor but the default one,
/// and is told nothing. While the future is not done, it is external work of the loop.
/// **Throws** usage_error outside a loop, and what the executor throws.
template <std::derived_from<executor> Executor, class Function, class... Args>
  requires detail::threadable<Function, Args...>
future<detail::job_result_t<Function, Args...>> run_in_executor(Executor& where,
                                                                Function&& function,
                                                                Args&&... args) {
  auto job = detail::bind_job<detail::job_context::none>(std::forward<Function>(function),
                                                         std::forward<Args>(args)...);
  return detail::start_in(where, std::move(job));
}
// [/run_in_executor]

// [run_in_default_executor]
/// The same in the loop's default executor, which is made if there is none: a thread_pool_executor
/// of min(32, processors + 4) threads, for which the end of run() waits. asyncio:
/// loop.run_in_executor(None, func, *args).
template <class Function, class... Args>
  requires(!std::derived_from<std::remove_cvref_t<Function>, executor> &&
           detail::threadable<Function, Args...>)
future<detail::job_result_t<Function, Args...>> run_in_executor(Function&& function,
                                                                Args&&... args) {
  return run_in_executor(detail::default_executor_here(), std::forward<Function>(function),
                         std::forward<Args>(args)...);
}
// [/run_in_default_executor]

}  // namespace rill
