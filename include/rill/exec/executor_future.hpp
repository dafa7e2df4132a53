// SPDX-License-Identifier: BSL-1.0
// executor_future: what threads and tasks have of a job; executor_promise: the other end, for those
// who build executors.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "rill/core/future.hpp"
#include "rill/exec/detail/job_callback.hpp"
#include "rill/exec/detail/loop_call.hpp"
#include "rill/loop/clock.hpp"
#include "rill/loop/detail/job_core.hpp"

namespace rill {

namespace detail {

struct executor_future_access;

/// Waits, and refuses to where an event loop would stand still: usage_error.
bool wait_in_thread(job_core& job, std::int64_t nanoseconds);

/// A future of this thread's loop that gets what `make`'s loop_call carries.
template <class T, class Call, class State>
future<T> future_of_job(const job_ref<State>& job) {
  future<T> promised = create_future<T>();
  auto* const call = new Call(job, promised);
  call->start();
  return promised;
}

}  // namespace detail

// [executor_future]
/// What one has of a job that was given to an executor. asyncio: concurrent.futures.Future. Copies
/// share one outcome.
///
///     rill::executor_future<int> sum = pool.submit(add, 2, 3);
///     sum.result();    // in a thread: blocks
///     co_await sum;    // in a task of any loop
///
/// **Awaiting** suspends until the job has ended. `co_await f` gives a reference to the result,
/// which lives as long as some handle; `co_await std::move(f)` moves it out. **Cancellation** of a
/// task that waits cancels the job, as cancel(): one that has not begun never will; one that has
/// goes on, is asked to stop if it listens, and its result stays with the handles that are left.
/// The task goes on at once. It counts as external work of the loop: no deadlock is reported, and a
/// virtual clock stands still.
///
/// An error that nobody has looked at when the last handle goes is reported: in a thread without a
/// loop to set_job_error_handler().
///
/// **Threads**: any. What blocks must not be called where an event loop runs, unless the job has
/// ended: usage_error. In a thread of the pool that the job waits for, it is run at once, inside
/// the wait: jobs may wait for jobs of their own pool. All members but the default constructor,
/// assignment and operator bool require a non-empty handle.
template <class T = void>
class [[nodiscard]] executor_future {
 public:
  using value_type = T;

  executor_future() noexcept = default;
  explicit operator bool() const noexcept { return static_cast<bool>(state_); }

  /// True when it has a value or an error, or was cancelled.
  bool done() const noexcept { return state_->done(); }
  /// True when it has begun, and not ended.
  bool running() const noexcept { return state_->phase() == detail::job_phase::running; }
  /// True when it was cancelled before it began, or has thrown cancelled_error.
  bool cancelled() const noexcept { return state_->phase() == detail::job_phase::cancelled; }

  /// Blocks the thread until the job has ended.
  void wait() const { detail::wait_in_thread(*state_, detail::never); }
  /// The same for a time, of the system's clock; false if it has not ended then.
  template <class Rep, class Period>
  bool wait_for(std::chrono::duration<Rep, Period> limit) const {
    return detail::wait_in_thread(*state_, detail::to_nanoseconds(limit));
  }

  /// Blocks until it has ended; gives its value, or throws its error or cancelled_error.
  std::add_lvalue_reference_t<T> result() const& {
    wait();
    state_->throw_error();
    return state_->slot.get();
  }
  /// The same, and moves the value out.
  T result() && {
    wait();
    state_->throw_error();
    return state_->slot.take();
  }
  /// Blocks until it has ended; its error, or null if it has a value. A job that was cancelled has
  /// a cancelled_error.
  std::exception_ptr exception() const {
    wait();
    state_->mark_observed();
    return state_->error();
  }

  /// Cancels the job if it has not begun, and destroys what it was given. False if it has; then its
  /// std::stop_token, if it took one, is asked to stop.
  bool cancel(std::string_view reason = {}) const {
    return state_->cancel(detail::shared_text(reason));
  }

  /// Calls `callback` when the job has ended: in the thread that ends it, or at once if it has. It
  /// takes nothing or the future. Callbacks are called in the order in which they were added. What
  /// one throws is reported. asyncio: add_done_callback() of concurrent.futures.
  template <class Callback>
  void add_done_callback(Callback callback) const {
    auto call = [state = state_, callback = std::move(callback)]() mutable {
      if constexpr (std::is_invocable_v<Callback&, const executor_future&>) {
        callback(executor_future(std::move(state)));
      } else {
        callback();
      }
    };
    detail::add_job_callback(*state_, std::move(call));
  }

  /// Throws usage_error when no loop runs in this thread.
  auto operator co_await() const& {
    if constexpr (std::is_object_v<T>) {
      return detail::future_of_job<T&, detail::loop_look<T>>(state_).operator co_await();
    } else {
      return detail::future_of_job<T, detail::loop_call_of<T>>(state_).operator co_await();
    }
  }
  auto operator co_await() && {
    future<T> moved = detail::future_of_job<T, detail::loop_call_of<T>>(state_);
    return std::move(moved).operator co_await();
  }

  bool operator==(const executor_future&) const noexcept = default;
  // [/executor_future]

 private:
  friend struct detail::executor_future_access;
  explicit executor_future(detail::job_ref<detail::job_state<T>> state) noexcept
      : state_(std::move(state)) {}

  detail::job_ref<detail::job_state<T>> state_;
};

namespace detail {

struct executor_future_access {
  template <class T>
  static executor_future<T> make(job_ref<job_state<T>> state) noexcept {
    return executor_future<T>(std::move(state));
  }
  template <class T>
  static const job_ref<job_state<T>>& state(const executor_future<T>& handle) noexcept {
    return handle.state_;
  }
};

}  // namespace detail

// [executor_promise]
/// The end of an executor_future at which the job is done, for executors that run their jobs by
/// other means than calls in threads. asyncio: set_running_or_notify_cancel(), set_result() and
/// set_exception() of concurrent.futures.Future.
///
///     rill::executor_promise<int> promise;
///     hand_out(promise.get_future());
///     if (promise.begin()) promise.set_result(42);
///
/// Moved, not copied. One that goes without an outcome leaves its job cancelled, or, if it had
/// begun, with a broken_executor error. **Threads**: any, one at a time.
template <class T = void>
class executor_promise {
 public:
  executor_promise() : state_(new detail::promised_job<T>(), {}) {}
  executor_promise(executor_promise&&) noexcept = default;
  executor_promise& operator=(executor_promise&& other) noexcept {
    executor_promise mine(std::move(other));
    std::swap(state_, mine.state_);
    return *this;
  }
  ~executor_promise() {
    if (!state_ || state_->cancel(detail::shared_text()) || state_->done()) return;
    state_->end_with_error(detail::abandoned_promise());
  }

  /// As often as wanted.
  executor_future<T> get_future() const { return detail::executor_future_access::make<T>(state_); }
  /// Says that the job begins. False if it was cancelled: there is nothing to do then. From here on
  /// it cannot be cancelled.
  bool begin() noexcept { return state_->begin(); }
  /// True when it was cancelled, which ends at begin().
  bool cancelled() const noexcept { return state_->phase() == detail::job_phase::cancelled; }
  /// Ends it. Requires: begin() was called, and gave true.
  template <class... Args>
  void set_result(Args&&... args) {
    state_->slot.emplace(std::forward<Args>(args)...);
    state_->end_with_value();
  }
  /// The same. A cancelled_error counts as a cancellation.
  void set_exception(std::exception_ptr error) { state_->end_with_error(std::move(error)); }
  /// Ends it with an error whether it has begun or not; no effect if it was cancelled.
  void refuse(std::exception_ptr error) {
    if (running()) {
      state_->end_with_error(std::move(error));
    } else {
      state_->refuse(std::move(error));
    }
  }
  // [/executor_promise]

 private:
  bool running() const noexcept { return state_->phase() == detail::job_phase::running; }

  detail::job_ref<detail::job_state<T>> state_;
};

}  // namespace rill
