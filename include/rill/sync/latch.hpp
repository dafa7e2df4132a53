// SPDX-License-Identifier: BSL-1.0
// latch: opens once, when a number has been counted down.
#pragma once

#include <coroutine>
#include <cstddef>

#include "rill/core/detail/wait_list.hpp"

namespace rill {

// [latch]
/// Opens when it has been counted down to zero, for good. asyncio: none; C++: std::latch.
///
/// **Threads**: only on the thread of its loop. **Lifetime**: must outlive those that wait; they
/// get a usage_error otherwise.
class latch {
 public:
  class wait_awaiter;

  /// Throws std::invalid_argument if `count` is negative.
  explicit latch(std::ptrdiff_t count);
  latch(const latch&) = delete;
  latch& operator=(const latch&) = delete;

  /// Throws usage_error if that is more than is left.
  void count_down(std::size_t count = 1);
  /// Whether it is open.
  bool try_wait() const noexcept { return left_ == 0; }
  /// Waits until it is open. Does not suspend when it is. **Cancellation** leaves the queue; one
  /// that comes behind the last count strikes at the next await.
  wait_awaiter wait() noexcept;
  /// Counts down by one, at once, and gives what waits for the rest.
  wait_awaiter arrive_and_wait();

  /// What is left to count.
  std::size_t left() const noexcept { return left_; }
  // [/latch]

 private:
  std::size_t left_;
  detail::wait_list waiters_;
};

class [[nodiscard]] latch::wait_awaiter final : public detail::list_waiter {
 public:
  explicit wait_awaiter(latch& owner) noexcept : latch_(&owner) {}

  bool await_ready() const noexcept { return latch_->try_wait(); }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return wait_in(latch_->waiters_, handle);
  }
  void await_resume() { check(); }
  const char* describe() const noexcept override { return "latch"; }

 private:
  latch* latch_;
};

inline latch::wait_awaiter latch::wait() noexcept { return wait_awaiter(*this); }
inline latch::wait_awaiter latch::arrive_and_wait() {
  count_down();
  return wait();
}

}  // namespace rill
