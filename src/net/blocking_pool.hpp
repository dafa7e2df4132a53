// SPDX-License-Identifier: BSL-1.0
// Threads for calls of the system that block: names, and files where the reactor does not do them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/detail/frame_pool.hpp"
#include "rill/core/detail/ready_queue.hpp"
#include "rill/core/detail/waiting_task.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/loop/detail/job_core.hpp"
#include "rill/loop/external_work.hpp"

namespace rill::detail {

/// What becomes of a call that a thread has begun when its task is cancelled.
enum class begun_call : std::uint8_t {
  left,     ///< it goes on, and its result is dropped: for calls that own all they use
  awaited,  ///< the task waits for it, and gets the result: for calls that use memory of the caller
};

/// Who waits for a call.
class blocking_waiter {
 public:
  /// On the loop's thread, in a turn of it.
  virtual void call_ended() noexcept = 0;

 protected:
  ~blocking_waiter() = default;
};

class worker_threads;

/// One call. Counted: who waits for it has it, the threads' queue, the thread that makes it, and
/// the loop's inbox.
///
/// The phase of the job decides whether a thread makes the call or it is taken back. From then on:
/// Invariants: 1. `abandoned_` and the post happen under `mutex_`, so a thread never posts to a
/// loop whose task has gone. 2. With begun_call::awaited no thread is at it when the awaiter goes.
/// 3. A thread that is at an abandoned job is lost for its `threads_`.
class blocking_job : public job_core, public ready_node {
 public:
  /// On the loop's thread: the result is not wanted any more. False: it comes all the same.
  bool abandon() noexcept;
  /// The same when the awaiter goes; waits for the thread if it must.
  void leave() noexcept;

  /// Before it is submitted: whom to tell that a thread is lost.
  void set_threads(std::shared_ptr<worker_threads> threads) noexcept {
    threads_ = std::move(threads);
  }

  blocking_waiter* waiting = nullptr;  // the loop's thread only

 protected:
  blocking_job(scheduler& owner, begun_call when_cancelled) noexcept
      : ready_node(&job_ops), owner_(&owner), when_cancelled_(when_cancelled) {}
  virtual void call() = 0;
  void rethrow_error() {
    if (failure_) std::rethrow_exception(std::move(failure_));
  }

 private:
  static void tell_end(ready_node& node) noexcept;
  static void drop_end(ready_node& node) noexcept;
  static const ready_ops job_ops;

  void run() noexcept override;
  bool take_back() noexcept;
  void abandon_begun() noexcept;

  std::shared_ptr<worker_threads> threads_;
  std::mutex mutex_;
  std::condition_variable ended_;
  scheduler* owner_;
  const begun_call when_cancelled_;
  bool returned_ = false;
  bool abandoned_ = false;
  bool posted_ = false;
  std::exception_ptr failure_;
};

/// A few threads, started as jobs come, which see no signals. A thread whose call nobody wants any
/// more, a look-up that hangs, does not count, so that others have their turn.
///
/// Nobody waits for threads that are at a call: at the end of the program they may still be at one
/// that was left. Calls that must end are waited for by their jobs' awaiters. In the child of a
/// fork the pool begins anew.
class blocking_pool {
 public:
  explicit blocking_pool(std::size_t most_threads);
  blocking_pool(const blocking_pool&) = delete;
  blocking_pool& operator=(const blocking_pool&) = delete;
  /// Jobs that no thread has begun are dropped.
  ~blocking_pool();

  /// Throws if there is no memory, or no thread at all; nothing has happened then.
  void submit(const job_ref<blocking_job>& job);

 private:
  std::shared_ptr<worker_threads> present_threads();
  std::shared_ptr<worker_threads> make_threads() const;

  const std::size_t most_threads_;
  std::mutex mutex_;
  std::shared_ptr<worker_threads> threads_;
};

/// Gives a job to a pool when awaited, and waits for its end.
class [[nodiscard]] blocking_awaiter final : public parking_awaiter,
                                             public native_awaiter,
                                             private blocking_waiter {
 public:
  /// `what`: for dumps; static text.
  blocking_awaiter(blocking_pool& pool, job_ref<blocking_job> job, const char* what) noexcept
      : pool_(pool), job_(std::move(job)), what_(what) {}
  blocking_awaiter(const blocking_awaiter&) = delete;
  blocking_awaiter& operator=(const blocking_awaiter&) = delete;
  ~blocking_awaiter() {
    job_->waiting = nullptr;
    if (submitted_) job_->leave();
  }

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    static_assert(rill_promise<Promise>, "for coroutines of the library");
    task_state& task = waiting_task(handle);
    task_ = &task;
    if (task.interrupt_due()) [[unlikely]] {
      task.take_delivery();
      return false;
    }
    // The end may be posted at once; it is looked at in a later turn in any case.
    pool_.submit(job_);
    submitted_ = true;
    job_->waiting = this;
    task.suspend(handle, *this);
    return true;
  }
  void await_resume() { check_interrupt(); }

  cancel_outcome try_cancel(const shared_text& /*reason*/) noexcept override {
    if (!job_->abandon()) return cancel_outcome::too_late;
    job_->waiting = nullptr;
    return cancel_outcome::withdrawn;
  }
  bool is_lent() const noexcept override { return true; }
  const char* describe() const noexcept override { return what_; }

 private:
  void call_ended() noexcept override { task_->wake(); }

  blocking_pool& pool_;
  const job_ref<blocking_job> job_;
  const char* const what_;
  bool submitted_ = false;
};

/// A job with its function and its result.
template <class Function>
class blocking_call final : public blocking_job, public from_pool {
 public:
  using value_type = std::invoke_result_t<Function&>;

  blocking_call(scheduler& owner, begun_call when_cancelled, Function function)
      : blocking_job(owner, when_cancelled), function_(std::move(function)) {}

  /// The result, or what was thrown. After the end.
  value_type take() {
    rethrow_error();
    return std::move(*value_);
  }

 private:
  void call() override { value_.emplace(function_()); }

  Function function_;
  std::optional<value_type> value_;
};

/// Calls `function` in a thread of the pool and gives what it returns or throws. **Cancellation**:
/// a call that no thread has begun never happens; for one that has begun see begun_call. Holds
/// external work meanwhile, so that a virtual clock waits in real time.
template <class Function>
coro<std::invoke_result_t<Function&>> run_blocking(blocking_pool& pool, begun_call when_cancelled,
                                                   const char* what, Function function) {
  const external_work_guard outside;
  using call = blocking_call<Function>;
  const job_ref<call> job(
      new call(scheduler::require_current(), when_cancelled, std::move(function)), {});
  co_await blocking_awaiter(pool, job, what);
  co_return job->take();
}

}  // namespace rill::detail
