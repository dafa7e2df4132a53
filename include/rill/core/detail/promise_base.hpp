// SPDX-License-Identifier: BSL-1.0
// What every rill coroutine's promise has: its task, its caller, where it awaits. Awaiting a child
// resumes it by a plain call, and the caller stays on its feet if the child ends at once;
// docs/design/awaiting.md says why.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "rill/base/config.hpp"
#include "rill/core/await_site.hpp"
#include "rill/core/detail/frame_pool.hpp"
#include "rill/core/detail/task_state.hpp"

namespace rill::detail {

/// Bits of promise_base::flags_.
enum promise_flag : std::uint8_t {
  promise_started = 1,   // awaited, or given to a task
  promise_broken = 2,    // the compiler laid the frame out wrongly (GCC 12), it must never run
  promise_inline = 4,    // the caller is inside start_child(): return to it instead of transferring
  promise_finished = 8,  // at its final suspension
  promise_foreign_caller = 16  // the caller is not a rill coroutine
};

enum class promise_outcome : std::uint8_t { none, value, error };

/// Base of all promise types of rill; always at the front of the promise, so that a coroutine
/// handle and a promise_base name each other.
class promise_base : public from_pool {
 public:
  promise_base(const promise_base&) = delete;
  promise_base& operator=(const promise_base&) = delete;

  /// Checks, on GCC 12 only, that the frame is where handles expect it (GCC bugs 106188, 106713).
  struct checking_awaiter {
    explicit checking_awaiter(promise_base& self) noexcept : promise(&self) {}
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> handle) const noexcept {
      const promise_base* const seen = &handle.promise();
      if (seen != promise) promise->flags_ |= promise_broken;
    }
    void await_resume() const noexcept {}

    promise_base* promise;
  };
  struct plain_awaiter : std::suspend_always {
    explicit plain_awaiter(promise_base& /*self*/) noexcept {}
  };
  using initial_awaiter =
      std::conditional_t<RILL_GCC_BROKEN_FRAMES != 0, checking_awaiter, plain_awaiter>;

  struct final_awaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> handle) const noexcept {
      promise_base& self = handle.promise();
      self.flags_ |= promise_finished;
      if ((self.flags_ & promise_inline) == 0) self.hand_back();
    }
    void await_resume() const noexcept {}
  };

  initial_awaiter initial_suspend() noexcept { return initial_awaiter(*this); }
  final_awaiter final_suspend() noexcept { return {}; }

  std::coroutine_handle<> handle() noexcept {
    // All promises of rill start with their promise_base and are aligned to 16 bytes at most
    // (checked in promise<T>), so the distance from frame to promise is the same as for
    // promise_base itself.
    return std::coroutine_handle<promise_base>::from_promise(*this);
  }
  static promise_base& from_handle(std::coroutine_handle<> handle) noexcept {
    return std::coroutine_handle<promise_base>::from_address(handle.address()).promise();
  }

  task_state* task() const noexcept { return task_; }
  void set_task(task_state& task) noexcept { task_ = &task; }
  /// The rill coroutine that awaits this one, or null for the outermost.
  promise_base* caller() const noexcept {
    if (!continuation_ || (flags_ & promise_foreign_caller) != 0) return nullptr;
    return &from_handle(continuation_);
  }
  const await_site& site() const noexcept { return site_; }
  void set_site(const await_site& site) noexcept { site_ = site; }
  bool finished() const noexcept { return (flags_ & promise_finished) != 0; }
  promise_outcome outcome() const noexcept { return outcome_; }

  /// Claims the coroutine for its one run. Throws usage_error if it was claimed before, or is
  /// broken.
  void claim() {
    if ((flags_ & (promise_started | promise_broken)) != 0) [[unlikely]]
      throw_unusable();
    flags_ |= promise_started;
  }
  bool broken() const noexcept { return (flags_ & promise_broken) != 0; }

  /// Runs this coroutine for `caller`. False: it has ended, the caller need not suspend.
  /// Requires: claimed; the task is set.
  RILL_ALWAYS_INLINE bool start_child(std::coroutine_handle<> caller) noexcept {
    continuation_ = caller;
    scheduler& owner = task_->owner();
    if (!owner.has_stack_room()) [[unlikely]] {
      owner.transfer_to(handle());
      return true;
    }
    flags_ |= promise_inline;
    handle().resume();
    if ((flags_ & promise_finished) != 0) return false;
    flags_ = static_cast<std::uint8_t>(flags_ & ~promise_inline);
    return true;
  }
  /// The same for a caller that is no rill coroutine; the task must be a guest_task.
  bool start_for_foreign(std::coroutine_handle<> caller) noexcept {
    flags_ |= promise_foreign_caller;
    const running_task_mark mark(task_->owner(), *task_);
    return start_child(caller);
  }

 protected:
  promise_base() noexcept = default;
  ~promise_base() = default;

  [[noreturn]] void throw_unusable() const;

  /// Ends a coroutine whose caller is suspended: has the caller go on, or tells the task.
  void hand_back() noexcept {
    if (continuation_) {
      if ((flags_ & promise_foreign_caller) != 0) task_->mark_ended();
      task_->owner().transfer_to(continuation_);
    } else {
      task_->mark_ended();
    }
  }

  task_state* task_ = nullptr;
  std::coroutine_handle<> continuation_;
  await_site site_;
  std::uint8_t flags_ = 0;
  promise_outcome outcome_ = promise_outcome::none;
};

/// A promise type of rill.
template <class Promise>
concept rill_promise = std::is_base_of_v<promise_base, Promise>;

}  // namespace rill::detail
