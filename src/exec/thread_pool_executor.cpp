// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/thread_pool_executor.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

#include "base/host.hpp"
#include "exec/join_aside.hpp"
#include "loop/worker_threads.hpp"
#include "rill/base/error.hpp"
#include "rill/combinators/wait_for.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/core/scheduler.hpp"

namespace rill {

namespace {

using detail::worker_threads;

std::size_t worker_limit(std::size_t wanted) noexcept {
  if (wanted != 0) return wanted;
  return std::min<std::size_t>(32, detail::usable_processors() + 4U);
}

thread_pool_options checked_options(std::ptrdiff_t max_workers) {
  if (max_workers < 1)
    detail::throw_invalid_argument("rill: a thread pool needs one worker at least");
  return {.max_workers = static_cast<std::size_t>(max_workers)};
}

std::exception_ptr broken_by(const std::exception_ptr& error) {
  return std::make_exception_ptr(broken_thread_pool(
      "rill: the initializer of this thread pool has thrown: " + describe_exception(error)));
}

void refuse_own_thread(const worker_threads& workers) {
  if (workers.is_own_thread())
    detail::throw_usage(
        "rill: a thread of a pool that waits for the end of that pool would wait for itself; let "
        "another thread do it, or shutdown(false)");
}

/// Has `workers` ended and their threads joined.
coro<> close_workers(std::shared_ptr<worker_threads> workers, bool cancel_pending) {
  refuse_own_thread(*workers);
  workers->end(cancel_pending);
  if (!workers->has_threads()) co_return;
  coro<> joined = detail::join_aside([workers] { workers->join(); });
  co_await std::move(joined);
}

}  // namespace

thread_pool_executor::thread_pool_executor(thread_pool_options options)
    : thread_pool_executor(options, unique_function<void()>()) {}

thread_pool_executor::thread_pool_executor(std::ptrdiff_t max_workers)
    : thread_pool_executor(checked_options(max_workers)) {}

thread_pool_executor::thread_pool_executor(thread_pool_options options,
                                           unique_function<void()> initializer)
    : max_workers_(worker_limit(options.max_workers)) {
  detail::worker_options made;
  made.most_threads = max_workers_;
  made.name = std::string(options.name);
  made.initializer = std::move(initializer);
  made.describe_failure = &broken_by;
  workers_ = std::make_shared<worker_threads>(std::move(made));
}

thread_pool_executor::thread_pool_executor(thread_pool_executor&& other) noexcept
    : max_workers_(other.max_workers_), workers_(std::move(other.workers_)) {}

thread_pool_executor::~thread_pool_executor() {
  if (workers_ == nullptr) return;
  detail::scheduler* const loop = detail::scheduler::current();
  if (loop == nullptr && !workers_->is_own_thread()) {
    workers_->end(false);
    workers_->join();
    if (workers_->has_threads()) workers_->let_go();  // the parent's
    return;
  }
  if (loop != nullptr && workers_->busy()) {
    loop->report(
        {"rill: a thread_pool_executor has gone with jobs that had not ended, in a thread in which "
         "an event loop runs; they are cancelled. Leave it by with(pool, body), or co_await its "
         "aclose() before",
         nullptr, nullptr});
  }
  workers_->end(true);
  workers_->let_go();
}

void thread_pool_executor::execute(job work) {
  switch (workers_->submit(detail::job_access::core(work))) {
    case worker_threads::acceptance::taken:
      return;
    case worker_threads::acceptance::ended:
      throw executor_shut_down();
    case worker_threads::acceptance::forked:
      detail::throw_usage(
          "rill: this process was forked from the one that has the threads of this pool; make a "
          "pool behind the fork");
  }
}

void thread_pool_executor::shutdown(bool wait, bool cancel_pending) {
  if (wait) {
    refuse_own_thread(*workers_);
    if (detail::scheduler::current() != nullptr)
      detail::throw_usage(
          "rill: waiting for the end of a thread pool would stop the event loop that runs in this "
          "thread; co_await pool.aclose() here");
  }
  workers_->end(cancel_pending);
  if (wait) workers_->join();
}

coro<> thread_pool_executor::aclose(bool cancel_pending) {
  return close_workers(workers_, cancel_pending);
}

coro<> thread_pool_executor::close(std::exception_ptr error) {
  return close_workers(workers_, error != nullptr);
}

coro<bool> thread_pool_executor::aclose_within(std::chrono::nanoseconds limit) {
  const std::shared_ptr<worker_threads> workers = workers_;  // the pool may go
  try {
    co_await wait_for(close_workers(workers, false), limit);
    co_return true;
  } catch (const timeout_error&) {
    workers->end(true);
  }
  co_return false;
}

thread_pool_stats thread_pool_executor::stats() const noexcept {
  const detail::worker_stats now = workers_->stats();
  return {
      .max_workers = max_workers_, .threads = now.threads, .idle = now.idle, .queued = now.queued};
}

}  // namespace rill
