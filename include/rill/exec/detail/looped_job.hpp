// SPDX-License-Identifier: BSL-1.0
// A coroutine that runs on a loop in another thread, as a job: what loop_thread and loop_pool give.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "rill/base/unique_function.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/detail/frame_pool.hpp"
#include "rill/core/task.hpp"
#include "rill/loop/detail/job_core.hpp"
#include "rill/loop/event_loop.hpp"

namespace rill::detail {

/// The thread of a loop_thread; kept by it, by its thread, and by jobs that have not ended.
class thread_of_loop;

event_loop& loop_of(const thread_of_loop& thread) noexcept;

/// Where a coroutine runs, and as what; the task is touched on that loop's thread only.
struct looped_part {
  std::shared_ptr<thread_of_loop> where;
  any_task task;
};

/// Has the loop cancel the task. Any thread; `job` has the part.
void cancel_looped(job_ref<> job, looped_part& part) noexcept;
/// Throws usage_error in a process that was forked: there the thread is not.
void refuse_forked(const thread_of_loop& thread);
/// Throws usage_error where a loop runs.
void refuse_blocking_call();
/// The error of jobs whose loop has ended before them.
std::exception_ptr loop_ended();

template <class T>
class looped_job final : public job_state<T>, public from_pool {
 public:
  explicit looped_job(std::shared_ptr<thread_of_loop> where) noexcept
      : part{std::move(where), any_task()} {}

  looped_part part;

 private:
  void run() noexcept override {}
  void request_stop() noexcept override { cancel_looped(job_ref<>(this), part); }
};

/// Its end, in whatever way, ends the job: also when the coroutine never began.
template <class T>
class looped_guard {
 public:
  explicit looped_guard(job_ref<looped_job<T>> job) noexcept : job_(std::move(job)) {}
  looped_guard(looped_guard&&) noexcept = default;
  looped_guard& operator=(looped_guard&&) = delete;
  ~looped_guard() {
    if (!job_) return;
    job_->part.task = any_task();
    if (!job_->begin() && job_->done()) return;
    job_->end_with_error(loop_ended());
  }

  looped_job<T>& job() const noexcept { return *job_; }
  void succeed() noexcept {
    job_->part.task = any_task();
    job_->end_with_value();
  }
  void fail(std::exception_ptr error) noexcept {
    job_->part.task = any_task();
    job_->end_with_error(std::move(error));
  }

 private:
  job_ref<looped_job<T>> job_;
};

template <class T, class Function, class... Args>
coro<> run_looped(looped_guard<T> guard, Function function, Args... args) {
  std::exception_ptr error;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::invoke(function, std::move(args)...);
      guard.job().slot.emplace();
    } else {
      guard.job().slot.emplace(co_await std::invoke(function, std::move(args)...));
    }
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    guard.fail(std::move(error));
  } else {
    guard.succeed();
  }
}

/// On the loop's thread. The coroutine has the guard.
template <class T>
void start_looped(job_ref<looped_job<T>>& job, coro<>& work) {
  if (!job->begin()) return;
  job->part.task = create_task(std::move(work));
}

/// Has the coroutine `function(args...)` made and run on that loop.
template <class T, class Function, class... Args>
job_ref<job_state<T>> begin_looped(const std::shared_ptr<thread_of_loop>& where,
                                   Function&& function, Args&&... args) {
  refuse_forked(*where);
  const job_ref<looped_job<T>> job(new looped_job<T>(where), {});
  coro<> work = run_looped<T, std::decay_t<Function>, std::decay_t<Args>...>(
      looped_guard<T>(job), std::forward<Function>(function), std::forward<Args>(args)...);
  loop_of(*where).call_soon_threadsafe(&start_looped<T>, job, std::move(work));
  return job;
}

}  // namespace rill::detail
