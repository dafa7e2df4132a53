// SPDX-License-Identifier: BSL-1.0
// Lets a rill coroutine await awaiters that know nothing of rill, also ones that resume from
// another thread: they are given a stand-in whose resumption queues the task on its own loop.
#pragma once

#include <concepts>
#include <coroutine>
#include <type_traits>
#include <utility>

#include "rill/core/detail/waiting_task.hpp"

namespace rill::detail {

/// Tags the awaiters that speak rill's protocol: await_suspend takes any coroutine handle and
/// resumes through the scheduler only.
struct native_awaiter {};

/// Stands for an awaiter that lives elsewhere in the same expression. GCC 12 copies an awaiter that
/// await_transform gives as a reference, and rejects those that cannot be copied.
template <class Awaiter>
class awaiter_reference {
 public:
  explicit awaiter_reference(Awaiter& awaiter) noexcept : awaiter_(&awaiter) {}
  bool await_ready() { return awaiter_->await_ready(); }
  template <class Promise>
  decltype(auto) await_suspend(std::coroutine_handle<Promise> handle) {
    return awaiter_->await_suspend(handle);
  }
  decltype(auto) await_resume() { return awaiter_->await_resume(); }

 private:
  Awaiter* awaiter_;
};

template <class Awaitable>
concept has_member_co_await =
    requires(Awaitable&& a) { std::forward<Awaitable>(a).operator co_await(); };
template <class Awaitable>
concept has_free_co_await =
    requires(Awaitable&& a) { operator co_await(std::forward<Awaitable>(a)); };

template <class Awaitable>
decltype(auto) get_awaiter(Awaitable&& awaitable) {
  if constexpr (has_member_co_await<Awaitable>) {
    return std::forward<Awaitable>(awaitable).operator co_await();
  } else if constexpr (has_free_co_await<Awaitable>) {
    return operator co_await(std::forward<Awaitable>(awaitable));
  } else {
    return std::forward<Awaitable>(awaitable);
  }
}

/// A coroutine frame as all compilers lay it out at the front: two functions. Resuming it posts the
/// task. GCC, Clang and MSVC share this layout (it is what makes handles interchangeable between
/// them), so a handle from its address is good for resume(), done() and comparison; it has no
/// promise.
struct resume_stand_in {
  explicit resume_stand_in() noexcept = default;
  resume_stand_in(const resume_stand_in&) = delete;
  resume_stand_in& operator=(const resume_stand_in&) = delete;

  std::coroutine_handle<> handle() noexcept { return std::coroutine_handle<>::from_address(this); }

  void (*resume)(resume_stand_in*) = &on_resume;
  void (*destroy)(resume_stand_in*) = &on_destroy;
  task_state* task = nullptr;

 private:
  // Any thread. The frame that holds this object may be gone as soon as the task is posted.
  static void on_resume(resume_stand_in* self) noexcept;
  static void on_destroy(resume_stand_in* /*self*/) noexcept {}
};

/// Wraps a foreign awaiter (by value, or by reference if it is one).
template <class Awaiter>
class foreign_awaiter final : public wait_op, public native_awaiter {
 public:
  template <class Awaitable>
  explicit foreign_awaiter(std::in_place_t /*tag*/, Awaitable&& awaitable)
      : awaiter_(get_awaiter(std::forward<Awaitable>(awaitable))) {}

  bool await_ready() { return static_cast<bool>(awaiter_.await_ready()); }

  template <rill_promise Promise>
  RILL_PUBLISHING bool await_suspend(std::coroutine_handle<Promise> handle) {
    task_state& task = *handle.promise().task();
    stand_in_.task = &task;
    task.suspend(handle, *this);
    return start(task);
  }

  decltype(auto) await_resume() { return awaiter_.await_resume(); }

  // A foreign operation cannot be withdrawn: its value is delivered, the cancellation strikes
  // afterwards.
  cancel_outcome try_cancel(const shared_text& /*reason*/) noexcept override {
    return cancel_outcome::too_late;
  }
  const char* describe() const noexcept override { return "foreign awaitable"; }

 private:
  // Nothing of this object may be touched after the foreign await_suspend took the stand-in: the
  // task may be queued already. A throw from it means that it did not suspend.
  bool start(task_state& task) {
    using returned = decltype(awaiter_.await_suspend(stand_in_.handle()));
    suspension_guard guard(task);
    if constexpr (std::is_void_v<returned>) {
      awaiter_.await_suspend(stand_in_.handle());
      guard.dismiss();
      return true;
    } else if constexpr (std::same_as<returned, bool>) {
      const bool suspended = awaiter_.await_suspend(stand_in_.handle());
      if (suspended) guard.dismiss();
      return suspended;
    } else {
      scheduler& owner = task.owner();
      const std::coroutine_handle<> next = awaiter_.await_suspend(stand_in_.handle());
      guard.dismiss();
      owner.transfer_to(next);
      return true;
    }
  }

  // Puts the task back on its feet unless dismissed.
  class suspension_guard {
   public:
    explicit suspension_guard(task_state& task) noexcept : task_(&task) {}
    suspension_guard(const suspension_guard&) = delete;
    suspension_guard& operator=(const suspension_guard&) = delete;
    ~suspension_guard() {
      if (task_ != nullptr) task_->resume_in_place();
    }
    void dismiss() noexcept { task_ = nullptr; }

   private:
    task_state* task_;
  };

  Awaiter awaiter_;
  resume_stand_in stand_in_;
};

/// The awaiter that a rill coroutine uses for an awaitable. May refer to it.
template <class Awaitable>
decltype(auto) native_awaiter_of(Awaitable&& awaitable) {
  using awaiter = decltype(get_awaiter(std::forward<Awaitable>(awaitable)));
  if constexpr (std::is_base_of_v<native_awaiter, std::remove_reference_t<Awaitable>>) {
    return awaiter_reference<std::remove_reference_t<Awaitable>>(awaitable);
  } else if constexpr (std::is_base_of_v<native_awaiter, std::remove_reference_t<awaiter>>) {
    return get_awaiter(std::forward<Awaitable>(awaitable));
  } else {
    return foreign_awaiter<awaiter>(std::in_place, std::forward<Awaitable>(awaitable));
  }
}

}  // namespace rill::detail
