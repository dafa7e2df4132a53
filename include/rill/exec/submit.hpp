// SPDX-License-Identifier: BSL-1.0
// submit: gives a call to an executor.
#pragma once

#include <utility>

#include "rill/exec/detail/bound_job.hpp"
#include "rill/exec/executor_future.hpp"
#include "rill/loop/executor.hpp"

namespace rill {

// [submit]
/// Has an executor call `function(args...)`, and gives its future. asyncio: Executor.submit().
///
///     rill::executor_future<int> sum = rill::submit(pool, add, 2, 3);
///
/// Function and arguments are moved or copied into the job, and moved from there into the call;
/// they are destroyed when it has ended, in that thread. A function that can take a std::stop_token
/// before them is given one, which is asked to stop when the job is cancelled after it has begun,
/// or its pool shut down with cancel_pending. Context variables are not carried over: to_thread()
/// does that. What the function throws, whatever its type, is thrown where the result is asked for.
/// **Threads**: any. **Throws** what the executor's execute() throws: executor_shut_down,
/// broken_executor, std::bad_alloc.
template <class Function, class... Args>
  requires detail::threadable<Function, Args...>
executor_future<detail::job_result_t<Function, Args...>> submit(executor& where,
                                                                Function&& function,
                                                                Args&&... args) {
  auto state = detail::bind_job<detail::job_context::none>(std::forward<Function>(function),
                                                           std::forward<Args>(args)...);
  where.execute(detail::job_access::make(state));
  return detail::executor_future_access::make(std::move(state));
}
// [/submit]

}  // namespace rill
