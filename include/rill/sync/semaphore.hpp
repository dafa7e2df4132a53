// SPDX-License-Identifier: BSL-1.0
// semaphore, bounded_semaphore: so many tasks at a time.
#pragma once

#include <coroutine>
#include <cstddef>

#include "rill/core/detail/wait_list.hpp"
#include "rill/sync/held.hpp"

namespace rill {

// [semaphore_stats]
/// What a semaphore tells about itself.
struct semaphore_stats {
  std::size_t value = 0;  ///< permits that nobody has
  std::size_t waiters = 0;
};
// [/semaphore_stats]

// [semaphore]
/// A number of permits. asyncio: Semaphore.
///
///     auto permit = co_await semaphore.scoped();
///
/// First come, first served: a permit goes to the one who waits longest, who owns it from then on.
/// Nobody overtakes those that were granted one and have not gone on yet. It may be released more
/// often than it was acquired: that adds permits. **Threads**: only on the thread of its loop.
/// **Lifetime**: must outlive those that wait; they get a usage_error otherwise.
class semaphore {
 public:
  class acquire_awaiter;
  class scoped_awaiter;

  /// Throws std::invalid_argument if `permits` is negative.
  explicit semaphore(std::ptrdiff_t permits = 1) : value_(checked(permits)) {}
  semaphore(const semaphore&) = delete;
  semaphore& operator=(const semaphore&) = delete;

  /// Waits for a permit and takes it. asyncio: acquire(). Does not suspend when there is one and
  /// nobody waits. **Cancellation** leaves the queue; one that comes when the permit has been
  /// granted strikes at the next await. **Throws** usage_error when tasks of another loop wait.
  acquire_awaiter acquire() noexcept;
  /// The same, and gives it back when what this gives goes.
  scoped_awaiter scoped() noexcept;
  /// Takes a permit if that needs no wait.
  bool try_acquire() noexcept {
    if (locked()) return false;
    --value_;
    return true;
  }
  /// The same; empty if not.
  held<semaphore> try_scoped() noexcept {
    return try_acquire() ? held<semaphore>(*this) : held<semaphore>();
  }

  /// Gives permits to those who wait, and keeps the rest. asyncio: release().
  void release(std::size_t count = 1) {
    if (waiters_.empty()) [[likely]] {
      value_ += count;
    } else {
      release_to_waiters(count);
    }
  }

  /// True if acquire() would have to wait. asyncio: locked().
  bool locked() const noexcept { return value_ == 0 || !waiters_.idle(); }
  std::size_t value() const noexcept { return value_; }
  semaphore_stats stats() const noexcept { return {.value = value_, .waiters = waiters_.size()}; }
  // [/semaphore]

 protected:
  class acquire_wait;

 private:
  static std::size_t checked(std::ptrdiff_t permits);
  void release_to_waiters(std::size_t count);
  void hand_out();

  std::size_t value_;
  detail::wait_list waiters_;
};

// [bounded_semaphore]
/// A semaphore that notices a release too many. asyncio: BoundedSemaphore.
class bounded_semaphore : private semaphore {
 public:
  explicit bounded_semaphore(std::ptrdiff_t permits = 1) : semaphore(permits), most_(value()) {}

  using semaphore::acquire;
  using semaphore::locked;
  using semaphore::stats;
  using semaphore::try_acquire;
  using semaphore::value;

  class scoped_awaiter;
  /// As semaphore::scoped().
  scoped_awaiter scoped() noexcept;
  held<bounded_semaphore> try_scoped() noexcept {
    return try_acquire() ? held<bounded_semaphore>(*this) : held<bounded_semaphore>();
  }
  /// Throws usage_error if it would have more permits than at the beginning.
  void release(std::size_t count = 1) {
    if (value() > most_ || count > most_ - value()) throw_too_often();
    semaphore::release(count);
  }
  // [/bounded_semaphore]

 private:
  [[noreturn]] static void throw_too_often();

  std::size_t most_;
};

/// What both awaiters share.
class semaphore::acquire_wait : public detail::list_waiter {
 public:
  acquire_wait(const acquire_wait&) = delete;
  acquire_wait& operator=(const acquire_wait&) = delete;

  bool await_ready() noexcept { return semaphore_->try_acquire(); }
  template <class Promise>
  RILL_ALWAYS_INLINE bool await_suspend(std::coroutine_handle<Promise> handle) {
    return wait_in(semaphore_->waiters_, handle);
  }
  const char* describe() const noexcept override { return "semaphore"; }

 protected:
  explicit acquire_wait(semaphore& owner) noexcept : semaphore_(&owner) {}
  ~acquire_wait() {
    if (is_linked()) [[unlikely]]
      leave_with_loop();
  }

  // Who resumes wakes those who have queued behind it meanwhile, if there are permits.
  void take() {
    if (has_waited()) take_grant_and_pass_on();
  }
  // The first of the queue may have stood before permits that it was not given.
  void on_withdrawn() noexcept override {
    if (!semaphore_->waiters_.has_grants()) semaphore_->hand_out();
  }

  semaphore* semaphore_;

 private:
  void take_grant_and_pass_on();
  void leave_with_loop();
};

class [[nodiscard]] semaphore::acquire_awaiter final : public acquire_wait {
 public:
  explicit acquire_awaiter(semaphore& owner) noexcept : acquire_wait(owner) {}
  void await_resume() { take(); }
};

class [[nodiscard]] semaphore::scoped_awaiter final : public acquire_wait {
 public:
  explicit scoped_awaiter(semaphore& owner) noexcept : acquire_wait(owner) {}
  held<semaphore> await_resume() {
    take();
    return held<semaphore>(*semaphore_);
  }
};

class [[nodiscard]] bounded_semaphore::scoped_awaiter final : public semaphore::acquire_wait {
 public:
  explicit scoped_awaiter(bounded_semaphore& owner) noexcept
      : acquire_wait(owner), bounded_(&owner) {}
  held<bounded_semaphore> await_resume() {
    take();
    return held<bounded_semaphore>(*bounded_);
  }

 private:
  bounded_semaphore* bounded_;
};

inline bounded_semaphore::scoped_awaiter bounded_semaphore::scoped() noexcept {
  return scoped_awaiter(*this);
}
inline semaphore::acquire_awaiter semaphore::acquire() noexcept { return acquire_awaiter(*this); }
inline semaphore::scoped_awaiter semaphore::scoped() noexcept { return scoped_awaiter(*this); }

}  // namespace rill
