// SPDX-License-Identifier: BSL-1.0
// lock: one task at a time.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>

#include "rill/core/detail/wait_list.hpp"
#include "rill/sync/held.hpp"

namespace rill {

// [lock_stats]
/// What a lock tells about itself.
struct lock_stats {
  bool locked = false;
  std::size_t waiters = 0;
};
// [/lock_stats]

// [lock]
/// Lets one task at a time pass. asyncio: Lock.
///
///     auto guard = co_await mutex.scoped();
///
/// First come, first served: release() hands the lock to the one who waits longest, who owns it
/// from then on. Not recursive: a task that takes it twice waits for itself. **Threads**: only on
/// the thread of its loop; for threads take std::mutex. **Lifetime**: must outlive those that wait;
/// they get a usage_error otherwise.
class lock {
 public:
  class acquire_awaiter;
  class scoped_awaiter;

  lock() noexcept = default;
  lock(const lock&) = delete;
  lock& operator=(const lock&) = delete;

  /// Waits until the lock is free, and takes it. asyncio: acquire(). Does not suspend when it is
  /// free. **Cancellation** leaves the queue; one that comes when the lock has been handed over
  /// strikes at the next await. **Throws** usage_error when tasks of another loop wait for it.
  acquire_awaiter acquire() noexcept;
  /// The same, and releases it when what it gives goes.
  scoped_awaiter scoped() noexcept;
  /// Takes it if it is free.
  bool try_acquire() noexcept {
    if (locked()) return false;
    state_ |= is_locked;
    return true;
  }
  /// The same; empty if it is not.
  held<lock> try_scoped() noexcept { return try_acquire() ? held<lock>(*this) : held<lock>(); }

  /// Hands it to the next, or frees it. asyncio: release(). Throws usage_error when it is free.
  void release() {
    if (state_ != is_locked && is_excused()) [[unlikely]]
      return;
    if (waiters_.empty()) {
      state_ = 0;
    } else {
      waiters_.grant_first();
    }
  }

  bool locked() const noexcept { return (state_ & is_locked) != 0; }
  lock_stats stats() const noexcept { return {.locked = locked(), .waiters = waiters_.size()}; }
  // [/lock]

 private:
  friend class condition;
  class acquire_wait;
  /// A frame goes with its loop while it waits in a condition, without the lock: the release of its
  /// guard, which follows, is to do nothing.
  void excuse_release() noexcept;
  /// Whether this release is the one. Throws usage_error when it is not, and the lock is free.
  bool is_excused();

  // The bits of state_: somebody has it; a release is excused.
  static constexpr std::uint8_t is_locked = 1;
  static constexpr std::uint8_t has_excuse = 2;
  std::uint8_t state_ = 0;
  const void* excused_ = nullptr;  // the task whose frame goes
  detail::wait_list waiters_;
};

/// What both awaiters share.
class lock::acquire_wait : public detail::list_waiter {
 public:
  acquire_wait(const acquire_wait&) = delete;
  acquire_wait& operator=(const acquire_wait&) = delete;

  bool await_ready() noexcept { return lock_->try_acquire(); }
  template <class Promise>
  RILL_ALWAYS_INLINE bool await_suspend(std::coroutine_handle<Promise> handle) {
    return wait_in(lock_->waiters_, handle);
  }
  const char* describe() const noexcept override { return "lock"; }

 protected:
  explicit acquire_wait(lock& owner) noexcept : lock_(&owner) {}
  ~acquire_wait() {
    if (is_linked()) [[unlikely]]
      leave_with_loop();
  }

  lock* lock_;

 private:
  void leave_with_loop();
};

class [[nodiscard]] lock::acquire_awaiter final : public acquire_wait {
 public:
  explicit acquire_awaiter(lock& owner) noexcept : acquire_wait(owner) {}
  void await_resume() { check_hold(); }
};

class [[nodiscard]] lock::scoped_awaiter final : public acquire_wait {
 public:
  explicit scoped_awaiter(lock& owner) noexcept : acquire_wait(owner) {}
  held<lock> await_resume() {
    check_hold();
    return held<lock>(*lock_);
  }
};

inline lock::acquire_awaiter lock::acquire() noexcept { return acquire_awaiter(*this); }
inline lock::scoped_awaiter lock::scoped() noexcept { return scoped_awaiter(*this); }

}  // namespace rill
