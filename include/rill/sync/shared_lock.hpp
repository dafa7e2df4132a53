// SPDX-License-Identifier: BSL-1.0
// shared_lock: many readers, or one writer.
#pragma once

#include <coroutine>
#include <cstddef>

#include "rill/core/detail/wait_list.hpp"
#include "rill/sync/held.hpp"

namespace rill {

// [shared_lock_stats]
/// What a shared_lock tells about itself.
struct shared_lock_stats {
  bool locked = false;      ///< by a writer
  std::size_t readers = 0;  ///< who share it
  std::size_t waiters = 0;
};
// [/shared_lock_stats]

// [shared_lock]
/// A lock that readers share, and a writer has alone. asyncio: none; C++: std::shared_mutex.
///
///     auto reading = co_await table.scoped_shared();
///     auto writing = co_await table.scoped();
///
/// First come, first served, so that neither side starves: readers who come behind a writer that
/// waits wait too; readers in a row go on together. **Threads**: only on the thread of its loop.
/// **Lifetime**: must outlive those that wait; they get a usage_error otherwise.
class shared_lock {
 public:
  class acquire_awaiter;
  class scoped_awaiter;
  class scoped_shared_awaiter;
  /// What releases a reader's share.
  class shared_side;

  shared_lock() noexcept = default;
  shared_lock(const shared_lock&) = delete;
  shared_lock& operator=(const shared_lock&) = delete;

  /// Waits until nobody has it, and takes it alone. Does not suspend when nobody has it.
  /// **Cancellation** leaves the queue; one that comes when it was handed over strikes at the next
  /// await. **Throws** usage_error when tasks of another loop wait for it.
  acquire_awaiter acquire() noexcept;
  /// The same for a share; waits while a writer has it, or waits for it.
  acquire_awaiter acquire_shared() noexcept;
  /// The same, and released when what they give goes.
  scoped_awaiter scoped() noexcept;
  scoped_shared_awaiter scoped_shared() noexcept;

  bool try_acquire() noexcept {
    if (writer_ || readers_ != 0) return false;
    writer_ = true;
    return true;
  }
  bool try_acquire_shared() noexcept {
    if (writer_ || !waiters_.empty()) return false;
    ++readers_;
    return true;
  }
  held<shared_lock> try_scoped() noexcept {
    return try_acquire() ? held<shared_lock>(*this) : held<shared_lock>();
  }
  held<shared_side> try_scoped_shared() noexcept;

  /// Gives the writer's hold back. Throws usage_error when there is none.
  void release();
  /// Gives a share back. Throws usage_error when there is none.
  void release_shared();

  /// A writer has it.
  bool locked() const noexcept { return writer_; }
  /// How many share it.
  std::size_t readers() const noexcept { return readers_; }
  shared_lock_stats stats() const noexcept {
    return {.locked = writer_, .readers = readers_, .waiters = waiters_.size()};
  }
  // [/shared_lock]

  // Nothing but a name for held<>: a shared_lock seen by its readers.
  class shared_side {
   public:
    void release();

   private:
    friend class shared_lock;
    explicit shared_side(shared_lock& owner) noexcept : owner_(&owner) {}
    shared_lock* owner_;
  };

 private:
  class acquire_wait;

  void hand_over();

  bool writer_ = false;
  std::size_t readers_ = 0;
  shared_side shared_side_{*this};
  detail::wait_list waiters_;
};

/// What the awaiters share.
class shared_lock::acquire_wait : public detail::list_waiter {
 public:
  acquire_wait(const acquire_wait&) = delete;
  acquire_wait& operator=(const acquire_wait&) = delete;

  bool await_ready() noexcept {
    return shared_ ? lock_->try_acquire_shared() : lock_->try_acquire();
  }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return wait_in(lock_->waiters_, handle);
  }
  const char* describe() const noexcept override {
    return shared_ ? "shared_lock (to read)" : "shared_lock";
  }
  bool wants_share() const noexcept { return shared_; }

 protected:
  acquire_wait(shared_lock& owner, bool shared) noexcept : lock_(&owner), shared_(shared) {}
  ~acquire_wait() {
    if (!has_unused_grant()) return;
    if (shared_) {
      lock_->release_shared();
    } else {
      lock_->release();
    }
  }
  // A writer that has left may have stood before readers.
  void on_withdrawn() noexcept override { lock_->hand_over(); }

  shared_lock* lock_;

 private:
  bool shared_;
};

class [[nodiscard]] shared_lock::acquire_awaiter final : public acquire_wait {
 public:
  acquire_awaiter(shared_lock& owner, bool shared) noexcept : acquire_wait(owner, shared) {}
  void await_resume() { check_hold(); }
};

class [[nodiscard]] shared_lock::scoped_awaiter final : public acquire_wait {
 public:
  explicit scoped_awaiter(shared_lock& owner) noexcept : acquire_wait(owner, false) {}
  held<shared_lock> await_resume() {
    check_hold();
    return held<shared_lock>(*lock_);
  }
};

class [[nodiscard]] shared_lock::scoped_shared_awaiter final : public acquire_wait {
 public:
  explicit scoped_shared_awaiter(shared_lock& owner) noexcept : acquire_wait(owner, true) {}
  held<shared_side> await_resume() {
    check_hold();
    return held<shared_side>(lock_->shared_side_);
  }
};

inline shared_lock::acquire_awaiter shared_lock::acquire() noexcept { return {*this, false}; }
inline shared_lock::acquire_awaiter shared_lock::acquire_shared() noexcept { return {*this, true}; }
inline shared_lock::scoped_awaiter shared_lock::scoped() noexcept { return scoped_awaiter(*this); }
inline shared_lock::scoped_shared_awaiter shared_lock::scoped_shared() noexcept {
  return scoped_shared_awaiter(*this);
}
inline held<shared_lock::shared_side> shared_lock::try_scoped_shared() noexcept {
  return try_acquire_shared() ? held<shared_side>(shared_side_) : held<shared_side>();
}
inline void shared_lock::shared_side::release() { owner_->release_shared(); }

}  // namespace rill
