// SPDX-License-Identifier: BSL-1.0
// to_thread: a blocking call, in a thread, with the context of the code that makes it.
#pragma once

#include <type_traits>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/core/future.hpp"
#include "rill/exec/detail/limited_call.hpp"
#include "rill/exec/detail/loop_job.hpp"
#include "rill/sync/capacity_limiter.hpp"

namespace rill {

// [to_thread]
/// Calls `function(args...)` in a thread of the loop's default executor, and gives a future.
/// asyncio: to_thread(func, *args).
///
///     std::string page = co_await rill::to_thread(fetch, url);
///
/// The function sees a copy of the context variables of the code that calls this. Unlike asyncio's,
/// which is a coroutine, it begins at the call. Everything else as run_in_executor(function).
template <class Function, class... Args>
  requires detail::threadable<Function, Args...>
future<detail::job_result_t<Function, Args...>> to_thread(Function&& function, Args&&... args) {
  auto job = detail::bind_job<detail::job_context::carried>(std::forward<Function>(function),
                                                            std::forward<Args>(args)...);
  return detail::start_in(detail::default_executor_here(), std::move(job));
}
// [/to_thread]

// [to_thread_limited]
/// The same for so many calls at a time as the limiter has tokens. asyncio: none; anyio:
/// to_thread.run_sync(limiter=).
///
///     rill::capacity_limiter disk(2);
///     std::string text = co_await rill::to_thread(disk, read_whole, path);
///
/// A coroutine: it waits for a token when it is awaited, and the call begins behind that. The token
/// is given back when the call has ended, not when the caller has been cancelled, so never more
/// calls are under way than there are tokens. **Lifetime**: the limiter must live until the last
/// call has ended, or the loop is closed.
template <class Function, class... Args>
  requires detail::threadable<Function, Args...>
coro<detail::job_result_t<Function, Args...>> to_thread(capacity_limiter& limiter,
                                                        Function&& function, Args&&... args) {
  return detail::limited_call(
      limiter, detail::bind_job<detail::job_context::carried>(std::forward<Function>(function),
                                                              std::forward<Args>(args)...));
}
// [/to_thread_limited]

}  // namespace rill
