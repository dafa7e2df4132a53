// SPDX-License-Identifier: BSL-1.0
// capacity_limiter: so many at a time, and it knows who.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "rill/base/detail/shared_text.hpp"
#include "rill/core/detail/wait_list.hpp"

namespace rill {

// [capacity_limiter_stats]
/// What a capacity_limiter tells about itself.
struct capacity_limiter_stats {
  std::size_t total = 0;
  std::size_t borrowed = 0;
  std::size_t waiters = 0;
  std::vector<std::string> borrowers;  ///< the names of the tasks that have tokens
};
// [/capacity_limiter_stats]

// [capacity_limiter]
/// A semaphore that knows its borrowers, and whose size can be changed. asyncio: none; trio and
/// anyio: CapacityLimiter.
///
///     auto token = co_await workers.scoped();
///
/// One token for each borrower, which is the task that asks, or whatever it asks on behalf of.
/// First come, first served. **Threads**: only on the thread of its loop. **Lifetime**: must
/// outlive those that wait; they get a usage_error otherwise. O(borrowers).
class capacity_limiter {
 public:
  class acquire_awaiter;
  class scoped_awaiter;
  class token;

  /// Throws std::invalid_argument if `total` is negative. Zero lets nobody pass until it is raised.
  explicit capacity_limiter(std::ptrdiff_t total);
  capacity_limiter(const capacity_limiter&) = delete;
  capacity_limiter& operator=(const capacity_limiter&) = delete;

  /// Waits for a token and takes it for the task. Does not suspend when there is one and nobody
  /// waits. **Cancellation** leaves the queue; one that comes when the token has been granted
  /// strikes at the next await. **Throws** usage_error if this borrower has one or waits for one
  /// already, if tasks of another loop wait, or in a coroutine that is not rill's.
  acquire_awaiter acquire() noexcept;
  /// The same for another borrower, who is known by an address.
  acquire_awaiter acquire_on_behalf_of(const void* borrower) noexcept;
  /// acquire(), and a release when what it gives goes, in whatever task.
  scoped_awaiter scoped() noexcept;
  scoped_awaiter scoped_on_behalf_of(const void* borrower) noexcept;
  /// Takes a token for the running task if that needs no wait. Throws as acquire(), and usage_error
  /// outside a task.
  bool try_acquire();

  /// Gives the running task's token back. Throws usage_error if it has none.
  void release();
  /// The same for another borrower.
  void release_on_behalf_of(const void* borrower);

  std::size_t total() const noexcept { return total_; }
  /// Changes the number of tokens. With fewer than are borrowed, none is lent until enough are
  /// back. Throws std::invalid_argument if negative.
  void set_total(std::ptrdiff_t total);
  std::size_t borrowed() const noexcept { return borrowers_.size(); }
  std::size_t available() const noexcept {
    return total_ > borrowers_.size() ? total_ - borrowers_.size() : 0;
  }
  capacity_limiter_stats stats() const;
  // [/capacity_limiter]

 private:
  class acquire_wait;
  struct loan {
    const void* key;
    detail::shared_text name;  // of the task, if it was given one
    std::uint64_t task_id;     // 0 if it is none
  };

  [[noreturn]] static void throw_no_task();
  static detail::task_state& running_task();

  bool knows(const void* key) const noexcept;
  /// Lends to one who need not wait. False if it must; there is room for its name then.
  bool lend_at_once(const void* key, const detail::task_state* task);
  /// There is room for it.
  void lend(const void* key, const detail::task_state* task) noexcept;
  void lend_to_waiters();

  std::size_t total_;
  std::vector<loan> borrowers_;
  detail::wait_list waiters_;
};

/// What both awaiters share.
class capacity_limiter::acquire_wait : public detail::list_waiter {
 public:
  acquire_wait(const acquire_wait&) = delete;
  acquire_wait& operator=(const acquire_wait&) = delete;

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    if constexpr (detail::rill_promise<Promise>) {
      detail::task_state& task = *handle.promise().task();
      if (key_ == nullptr) key_ = &task;
      who_ = &task;
    } else {
      if (key_ == nullptr) throw_no_task();
    }
    return !limiter_->lend_at_once(key_, who_) && wait_in(limiter_->waiters_, handle);
  }
  const char* describe() const noexcept override { return "capacity_limiter"; }

  const void* key() const noexcept { return key_; }
  const detail::task_state* who() const noexcept { return who_; }

 protected:
  acquire_wait(capacity_limiter& limiter, const void* borrower) noexcept
      : limiter_(&limiter), key_(borrower) {}
  ~acquire_wait() {
    if (has_unused_grant()) limiter_->release_on_behalf_of(key_);
  }
  void on_withdrawn() noexcept override { limiter_->lend_to_waiters(); }

  capacity_limiter* limiter_;
  const void* key_;

 private:
  const detail::task_state* who_ = nullptr;
};

class [[nodiscard]] capacity_limiter::acquire_awaiter final : public acquire_wait {
 public:
  acquire_awaiter(capacity_limiter& limiter, const void* borrower) noexcept
      : acquire_wait(limiter, borrower) {}
  void await_resume() { check_hold(); }
};

// [capacity_limiter_token]
/// Holds a token and gives it back when it goes.
class [[nodiscard]] capacity_limiter::token {
 public:
  token() noexcept = default;
  token(token&& other) noexcept
      : limiter_(std::exchange(other.limiter_, nullptr)), key_(other.key_) {}
  token& operator=(token&& other) noexcept {
    if (this == &other) return *this;
    release();
    limiter_ = std::exchange(other.limiter_, nullptr);
    key_ = other.key_;
    return *this;
  }
  ~token() { release(); }

  explicit operator bool() const noexcept { return limiter_ != nullptr; }
  void release() noexcept {
    if (capacity_limiter* const limiter = std::exchange(limiter_, nullptr))
      limiter->release_on_behalf_of(key_);
  }
  // [/capacity_limiter_token]

 private:
  friend class scoped_awaiter;
  token(capacity_limiter& limiter, const void* key) noexcept : limiter_(&limiter), key_(key) {}

  capacity_limiter* limiter_ = nullptr;
  const void* key_ = nullptr;
};

class [[nodiscard]] capacity_limiter::scoped_awaiter final : public acquire_wait {
 public:
  scoped_awaiter(capacity_limiter& limiter, const void* borrower) noexcept
      : acquire_wait(limiter, borrower) {}
  token await_resume() {
    check_hold();
    return token(*limiter_, key_);
  }
};

inline capacity_limiter::acquire_awaiter capacity_limiter::acquire() noexcept {
  return {*this, nullptr};
}
inline capacity_limiter::acquire_awaiter capacity_limiter::acquire_on_behalf_of(
    const void* borrower) noexcept {
  return {*this, borrower};
}
inline capacity_limiter::scoped_awaiter capacity_limiter::scoped() noexcept {
  return {*this, nullptr};
}
inline capacity_limiter::scoped_awaiter capacity_limiter::scoped_on_behalf_of(
    const void* borrower) noexcept {
  return {*this, borrower};
}

}  // namespace rill
