// SPDX-License-Identifier: BSL-1.0
// run_coroutine_threadsafe: hands a coroutine to the loop of another thread, and waits for it
// there.
#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "rill/combinators/detail/thread_result.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/clock.hpp"
#include "rill/loop/event_loop.hpp"

namespace rill {

// [threadsafe_task]
/// What a thread has of a coroutine that runs on another thread's loop. asyncio: the
/// concurrent.futures.Future that run_coroutine_threadsafe() gives. Copies share one outcome.
///
/// **Threads**: any, but waiting in the loop's own thread is a usage_error, since it would never
/// end. All members but the default constructor, assignment and operator bool require a non-empty
/// handle.
template <class T = void>
class threadsafe_task {
 public:
  threadsafe_task() noexcept = default;
  explicit operator bool() const noexcept { return state_ != nullptr; }

  /// True when the coroutine has ended, or its loop was closed.
  bool done() const noexcept { return state_->done(); }
  /// True when it ended by cancellation, also by the end of its loop.
  bool cancelled() const noexcept { return state_->cancelled(); }

  /// Blocks the thread until it is done.
  void wait() const { state_->wait(detail::never); }
  /// The same for a time; false if it is not done then. Nothing is cancelled.
  template <class Rep, class Period>
  bool wait_for(std::chrono::duration<Rep, Period> limit) const {
    return state_->wait(detail::to_nanoseconds(limit));
  }

  /// Blocks until it is done; gives its value, or throws its error or cancelled_error.
  std::add_lvalue_reference_t<T> result() const& {
    state_->wait(detail::never);
    state_->throw_error();
    return state_->slot.get();
  }
  /// The same, and moves the value out.
  T result() && {
    state_->wait(detail::never);
    state_->throw_error();
    return state_->slot.take();
  }
  /// Blocks until it is done; null if it has a value.
  std::exception_ptr exception() const {
    state_->wait(detail::never);
    return state_->error();
  }

  /// Asks the coroutine to stop, as task::cancel(); returns at once. False when it is done.
  bool cancel(std::string_view reason = {}) const { return state_->cancel(reason); }
  // [/threadsafe_task]

 private:
  template <class U>
  friend threadsafe_task<U> run_coroutine_threadsafe(coro<U> coroutine, event_loop& loop);
  explicit threadsafe_task(std::shared_ptr<detail::thread_result_of<T>> state) noexcept
      : state_(std::move(state)) {}

  std::shared_ptr<detail::thread_result_of<T>> state_;
};

namespace detail {

/// Its end, in whatever way, lets those go on who wait: also when the coroutine never began.
template <class T>
class thread_promise {
 public:
  explicit thread_promise(std::shared_ptr<thread_result_of<T>> state) noexcept
      : state_(std::move(state)) {}
  thread_promise(thread_promise&&) noexcept = default;
  thread_promise& operator=(thread_promise&&) = delete;
  ~thread_promise() {
    if (state_ != nullptr) state_->abandon();
  }
  thread_result_of<T>& state() const noexcept { return *state_; }

 private:
  std::shared_ptr<thread_result_of<T>> state_;
};

template <class T>
coro<> run_for_thread(thread_promise<T> promise, coro<T> work) {
  thread_result_of<T>& state = promise.state();
  std::exception_ptr error;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(work);
      state.slot.emplace();
    } else {
      state.slot.emplace(co_await std::move(work));
    }
    state.succeed();
    co_return;
  } catch (...) {
    error = std::current_exception();
  }
  // Where no thread can look any more, the loop reports it.
  if (!state.fail(error)) std::rethrow_exception(error);
}

template <class T>
void start_for_thread(thread_promise<T>& promise, coro<T>& work) {
  const std::shared_ptr<thread_result> state = promise.state().shared_from_this();
  try {
    const task<> running = create_task(run_for_thread<T>(std::move(promise), std::move(work)));
    state->set_task(running);
  } catch (...) {
    state->fail(std::current_exception());
    throw;
  }
}

}  // namespace detail

// [run_coroutine_threadsafe]
/// Has a loop run a coroutine, from another thread. asyncio: run_coroutine_threadsafe(coro, loop).
///
///     rill::threadsafe_task<int> answer = rill::run_coroutine_threadsafe(compute(), loop);
///     if (!answer.wait_for(5s)) answer.cancel();
///
/// The coroutine begins in the loop's next turn. **Throws** usage_error on a closed loop.
/// **Lifetime**: the loop must be alive during this call and cancel(): join threads that use it
/// before it goes. What the coroutine refers to must be safe to use in the loop's thread.
template <class T>
threadsafe_task<T> run_coroutine_threadsafe(coro<T> coroutine, event_loop& loop) {
  auto state = std::make_shared<detail::thread_result_of<T>>(loop);
  loop.call_soon_threadsafe(&detail::start_for_thread<T>, detail::thread_promise<T>(state),
                            std::move(coroutine));
  return threadsafe_task<T>(std::move(state));
}
// [/run_coroutine_threadsafe]

}  // namespace rill
