// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/executor_future.hpp"

#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/exec/exec_errors.hpp"

namespace rill::detail {

bool wait_in_thread(job_core& job, std::int64_t nanoseconds) {
  if (job.done()) return true;
  if (scheduler::current() != nullptr)
    throw_usage(
        "rill: waiting for a job would stop the event loop that runs in this thread; co_await its "
        "executor_future here");
  return job.wait(nanoseconds);
}

std::exception_ptr abandoned_promise() {
  return std::make_exception_ptr(
      broken_executor("rill: the executor has begun this job and never said how it ended"));
}

}  // namespace rill::detail
