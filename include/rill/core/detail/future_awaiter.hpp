// SPDX-License-Identifier: BSL-1.0
// Awaiters of futures and tasks.
#pragma once

#include <coroutine>
#include <utility>

#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/detail/future_state.hpp"
#include "rill/core/detail/task_state.hpp"
#include "rill/core/detail/value_slot.hpp"
#include "rill/core/detail/waiting_task.hpp"
#include "rill/core/errors.hpp"

namespace rill::detail {

template <class T>
value_slot<T>& slot_of(future_state& state) noexcept {
  // The block put a value_slot<T> at value_address(), and handles of type future<T> refer to such
  // blocks only.
  return *static_cast<value_slot<T>*>(state.value_address());
}

inline const state_ref<future_state>& checked(const state_ref<future_state>& state) {
  if (!state) [[unlikely]]
    throw_usage("rill: this future handle is empty; nothing can be awaited on it");
  return state;
}

/// Waits for a future: the part that does not depend on the type. Holds a reference.
class future_awaiter : public parking_awaiter, public native_awaiter, private future_waiter {
 public:
  bool await_ready() const noexcept { return future_->done(); }

  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    task_state& task = waiting_task(handle);
    check_waitable<Promise>(task);
    park(task, handle);
  }

  cancel_outcome try_cancel(const shared_text& reason) noexcept override;
  bool passes_on() const noexcept override;
  task_state* pass_on_to(task_state* previous, const shared_text& reason) noexcept override;
  cancel_outcome passed_on() noexcept override;
  const char* describe() const noexcept override;
  future_state* awaited() const noexcept override { return future_.get(); }

 protected:
  explicit future_awaiter(state_ref<future_state> future) noexcept
      : future_waiter(&on_done), future_(std::move(future)) {}
  ~future_awaiter() {
    if (next != nullptr) [[unlikely]]
      leave_with_frame();
  }

  /// In try_cancel(): leaves what is awaited alone.
  void stop_waiting() noexcept { future_->remove_waiter(*this); }

  /// The outcome as a throw, unless it is a value.
  void check_outcome() {
    check_interrupt();
    if (future_->status() != future_status::value) [[unlikely]]
      throw_outcome();
  }

  state_ref<future_state> future_;

 private:
  template <class Promise>
  void check_waitable(task_state& task) {
    if (future_.get() == &task || &future_->loop_scheduler() != &task.owner()) [[unlikely]] {
      const bool itself = future_.get() == &task;
      discard_waiting_task<Promise>(task);
      throw_unwaitable(itself);
    }
  }
  [[noreturn]] static void throw_unwaitable(bool itself);
  [[noreturn]] void throw_outcome();
  void leave_with_frame() noexcept;
  void park(task_state& task, std::coroutine_handle<> handle) noexcept;
  static void on_done(future_waiter& waiter, future_state& state) noexcept;
};

template <class T>
class [[nodiscard]] future_reference_awaiter final : public future_awaiter {
 public:
  explicit future_reference_awaiter(state_ref<future_state> future) noexcept
      : future_awaiter(std::move(future)) {}
  std::add_lvalue_reference_t<T> await_resume() {
    check_outcome();
    return slot_of<T>(*future_).get();
  }
};

template <class T>
class [[nodiscard]] future_value_awaiter final : public future_awaiter {
 public:
  explicit future_value_awaiter(state_ref<future_state> future) noexcept
      : future_awaiter(std::move(future)) {}
  T await_resume() {
    check_outcome();
    return slot_of<T>(*future_).take();
  }
};

}  // namespace rill::detail
