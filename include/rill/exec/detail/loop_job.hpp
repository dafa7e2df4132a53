// SPDX-License-Identifier: BSL-1.0
// What run_in_executor() and to_thread() share: a job that the loop of this thread has asked for.
#pragma once

#include <utility>

#include "rill/base/unique_function.hpp"
#include "rill/core/future.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/exec/detail/bound_job.hpp"
#include "rill/exec/detail/loop_call.hpp"
#include "rill/loop/executor.hpp"

namespace rill::detail {

/// The default executor of the loop that runs in this thread, made if there is none. Throws
/// usage_error when no loop runs here, or its default executor was shut down.
executor& default_executor_here();

/// Gives the job to an executor; `at_end`, if not empty, is called on this loop when it has ended,
/// whatever becomes of the future.
template <class T>
future<T> start_in(executor& where, job_ref<job_state<T>> job,
                   unique_function<void()> at_end = {}) {
  future<T> promised = create_future<T>();
  job->set_caller(&scheduler::require_current());
  auto* const call = new loop_call_of<T>(job, promised);
  call->call_at_end(std::move(at_end));
  try {
    where.execute(job_access::make(job));
  } catch (...) {
    call->give_up();
    throw;
  }
  call->start();
  return promised;
}

}  // namespace rill::detail
