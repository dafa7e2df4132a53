// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/from_thread.hpp"

#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/loop/detail/job_core.hpp"
#include "rill/loop/detail/loop_services.hpp"

namespace rill::detail {

caller_loop::caller_loop() : loop_(nullptr) {
  job_core* const job = current_job();
  if (job == nullptr)
    throw_usage(
        "rill: this thread runs no job of an executor, so there is no loop that has asked for it; "
        "use run_coroutine_threadsafe() with the loop");
  loop_ = job->hold_caller();
  if (loop_ == nullptr)
    throw_usage(
        "rill: no event loop waits for the job of this thread: none has asked for it by "
        "run_in_executor(), to_thread() or co_await, or it was closed");
  if (scheduler::current() != loop_) return;
  loop_->let_close();
  throw_usage(
      "rill: a call back into the event loop of this very thread would wait for ever; co_await "
      "the coroutine here");
}

caller_loop::~caller_loop() { loop_->let_close(); }

event_loop& caller_loop::get() const noexcept { return loop_services::of(*loop_).owner(); }

}  // namespace rill::detail
