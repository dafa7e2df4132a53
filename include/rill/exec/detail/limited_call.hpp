// SPDX-License-Identifier: BSL-1.0
// A call in a thread that holds a token of a capacity_limiter from its begin to its end.
#pragma once

#include <utility>

#include "rill/base/unique_function.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/future.hpp"
#include "rill/exec/detail/loop_job.hpp"
#include "rill/sync/capacity_limiter.hpp"

namespace rill::detail {

template <class T>
coro<T> limited_call(capacity_limiter& limiter, job_ref<job_state<T>> job) {
  // The job is the borrower: one task may have several under way.
  capacity_limiter::token token = co_await limiter.scoped_on_behalf_of(job.get());
  unique_function<void()> at_end = [token = std::move(token)]() mutable { token.release(); };
  future<T> running = start_in(default_executor_here(), std::move(job), std::move(at_end));
  co_return co_await std::move(running);
}

}  // namespace rill::detail
