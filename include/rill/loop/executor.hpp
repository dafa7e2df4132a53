// SPDX-License-Identifier: BSL-1.0
// executor: whatever runs jobs elsewhere. What thread pools are, and what programs can bring.
#pragma once

#include <chrono>
#include <exception>
#include <utility>

#include "rill/base/unique_function.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/loop/detail/job_core.hpp"

namespace rill {

namespace detail {
struct job_access;
}

// [job]
/// A call that was given to an executor, with its arguments, on its way to where it is run. Moved,
/// not copied. What becomes of it shows in its executor_future.
///
/// **Threads**: any, one at a time. asyncio: _WorkItem of concurrent.futures.
class [[nodiscard]] job {
 public:
  job() noexcept = default;
  job(job&&) noexcept = default;
  job& operator=(job&& other) noexcept {
    job mine(std::move(other));
    std::swap(core_, mine.core_);
    return *this;
  }
  /// A job that nobody has run counts as cancelled.
  ~job();

  /// True if there is one.
  explicit operator bool() const noexcept { return static_cast<bool>(core_); }
  /// It was cancelled: run() will do nothing, and what it was given is gone already.
  bool cancelled() const noexcept { return core_->phase() == detail::job_phase::cancelled; }

  /// Runs it in this thread, and has it then. What it throws goes to its future. Requires: there is
  /// one.
  void run() noexcept;
  /// Says that it will not be run, and why: the future fails with the error. Requires: there is
  /// one.
  void refuse(std::exception_ptr error) noexcept;
  // [/job]

 private:
  friend struct detail::job_access;
  explicit job(detail::job_ref<> core) noexcept : core_(std::move(core)) {}

  detail::job_ref<> core_;
};

// [executor]
/// Runs jobs, in whatever thread and order it likes. asyncio: concurrent.futures.Executor.
///
///     class inline_executor final : public rill::executor {
///      public:
///       void execute(rill::job work) override { work.run(); }
///     };
///
/// Jobs are made by submit() and run_in_executor(). thread_pool_executor is an executor.
class executor {
 public:
  executor() = default;
  executor(const executor&) = delete;
  executor& operator=(const executor&) = delete;
  virtual ~executor() = default;

  /// Takes a job, to call run() on it once, or to drop it. Any thread may call this, and it must
  /// not wait for the job. What it throws, submit() throws: the job then never was.
  virtual void execute(job work) = 0;
};
// [/executor]

// [default_executor]
/// An executor that a loop can have as its own, for blocking calls. thread_pool_executor is one;
/// process pools are not, since not every call can be carried to another process.
class default_executor : public executor {
 public:
  /// Takes no more jobs, and ends when those that it has are done and its threads have ended.
  /// False if the time has passed before that; it goes on to end by itself then. Awaited on the
  /// thread of a loop.
  virtual coro<bool> aclose_within(std::chrono::nanoseconds limit) = 0;
};
// [/default_executor]

// [set_job_error_handler]
/// Replaces what is called with errors that nobody else can see, in threads without a loop: of jobs
/// at whose future nobody has looked, and of done-callbacks. An empty one brings the default back,
/// which writes a line to standard error. **Threads**: any; the handler is called in whatever
/// thread, one call at a time, and must not call this.
void set_job_error_handler(unique_function<void(const exception_context&)> handler);
// [/set_job_error_handler]

namespace detail {

/// Makes and opens jobs, for the library.
struct job_access {
  static job make(job_ref<> core) noexcept { return job(std::move(core)); }
  /// Whoever moves it out has it run, or cancels it.
  static job_ref<>& core(job& work) noexcept { return work.core_; }
};

}  // namespace detail
}  // namespace rill
