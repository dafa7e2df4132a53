// SPDX-License-Identifier: BSL-1.0
// condition: waits, under a lock, for something to become true.
#pragma once

#include <coroutine>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/core/detail/wait_list.hpp"
#include "rill/sync/held.hpp"
#include "rill/sync/lock.hpp"

namespace rill {

// [condition_stats]
/// What a condition tells about itself.
struct condition_stats {
  bool locked = false;
  std::size_t waiters = 0;  ///< not notified yet
};
// [/condition_stats]

// [condition]
/// Waits under a lock until another task says that something has changed. asyncio: Condition.
///
///     auto guard = co_await changed.scoped();
///     co_await changed.wait_for([&] { return !items.empty(); });
///
/// With a lock of its own, or sharing one with other conditions, which must guard the same state.
/// **Threads**: only on the thread of its loop. **Lifetime**: it, and a shared lock, must outlive
/// those that wait.
class condition {
 public:
  class wait_awaiter;

  condition() noexcept : lock_(&own_) {}
  explicit condition(lock& shared) noexcept : lock_(&shared) {}
  ~condition() {
    if (notified_ != 0) [[unlikely]]
      forget_notified();
  }
  condition(const condition&) = delete;
  condition& operator=(const condition&) = delete;

  lock::acquire_awaiter acquire() noexcept { return lock_->acquire(); }
  lock::scoped_awaiter scoped() noexcept { return lock_->scoped(); }
  bool try_acquire() noexcept { return lock_->try_acquire(); }
  held<lock> try_scoped() noexcept { return lock_->try_scoped(); }
  void release() { lock_->release(); }
  bool locked() const noexcept { return lock_->locked(); }

  /// Releases the lock, waits for a notification, and goes on with the lock again. asyncio: wait().
  /// May go on without one. **Cancellation** ends the wait, with the lock again, with the latest
  /// reason; a notification that it had got goes to the next. **Throws** usage_error when the lock
  /// is not held.
  wait_awaiter wait() noexcept;

  /// Waits until `predicate()` is true, and gives what it gave; asks at once, and then behind each
  /// wait(). asyncio: wait_for(predicate).
  template <class Predicate>
    requires std::is_invocable_v<Predicate&>
  coro<std::decay_t<std::invoke_result_t<Predicate&>>> wait_for(Predicate predicate);

  /// Lets `count` of those who wait go on, in the order of their coming, one after the other as the
  /// lock is handed on. asyncio: notify(n). Throws usage_error when the lock is not held.
  void notify(std::size_t count = 1) {
    check_locked();
    pass_on(count);
  }
  /// The same for all. asyncio: notify_all().
  void notify_all() { notify(static_cast<std::size_t>(-1)); }

  condition_stats stats() const noexcept {
    return {.locked = lock_->locked(), .waiters = waiters_.size()};
  }
  // [/condition]

 private:
  void check_locked() const {
    if (!lock_->locked()) [[unlikely]]
      throw_not_locked();
  }
  [[noreturn]] static void throw_not_locked();
  void pass_on(std::size_t count) noexcept;
  void forget_notified() noexcept;

  lock own_;
  lock* lock_;
  std::size_t notified_ = 0;  // its waiters that are in the list of the lock
  detail::wait_list waiters_;
};

/// Waits in the list of its condition, then, notified or cancelled, in that of the lock.
class [[nodiscard]] condition::wait_awaiter final : public detail::list_waiter {
 public:
  explicit wait_awaiter(condition& owner) noexcept : condition_(&owner), lock_(owner.lock_) {}
  wait_awaiter(const wait_awaiter&) = delete;
  wait_awaiter& operator=(const wait_awaiter&) = delete;
  ~wait_awaiter() {
    if (is_waiting() || has_unused_grant()) leave_with_loop();
  }

  bool await_ready() {
    condition_->check_locked();
    lock_->waiters_.check_loop();  // before it waits: the lock is released then
    locking_ = notified_ = false;
    return false;
  }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    if (!wait_in(condition_->waiters_, handle)) return false;
    lock_->release();
    return true;
  }
  void await_resume() {
    stop_locking();
    check();
  }
  const char* describe() const noexcept override { return name; }
  static constexpr const char* name = "condition";

  detail::cancel_outcome try_cancel(const detail::shared_text& reason) noexcept override;

 private:
  friend class condition;
  void leave_with_loop() noexcept;
  void begin_locking() noexcept {
    locking_ = true;
    ++condition_->notified_;
  }
  void stop_locking() noexcept {
    if (std::exchange(locking_, false) && condition_ != nullptr) --condition_->notified_;
  }

  condition* condition_;  // null: it went while this waited for the lock
  lock* lock_;
  bool locking_ = false;   // it waits for the lock
  bool notified_ = false;  // and has a notification, which it may have to pass on
};

inline condition::wait_awaiter condition::wait() noexcept { return wait_awaiter(*this); }

template <class Predicate>
  requires std::is_invocable_v<Predicate&>
coro<std::decay_t<std::invoke_result_t<Predicate&>>> condition::wait_for(Predicate predicate) {
  check_locked();
  while (true) {
    auto answer = std::invoke(predicate);
    if (answer) co_return answer;
    co_await wait();
  }
}

}  // namespace rill
