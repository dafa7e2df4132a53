// SPDX-License-Identifier: BSL-1.0
// event: something has happened; all who wait for it go on.
#pragma once

#include <coroutine>
#include <cstddef>

#include "rill/core/detail/wait_list.hpp"

namespace rill {

// [event_stats]
/// What an event tells about itself.
struct event_stats {
  bool set = false;
  std::size_t waiters = 0;
};
// [/event_stats]

// [event]
/// A flag that can be waited for. asyncio: Event.
///
/// set() wakes all who wait now, in the order of their coming; they go on although it may be
/// cleared before they run. **Threads**: only on the thread of its loop. **Lifetime**: must outlive
/// those that wait; they get a usage_error otherwise.
class event {
 public:
  class wait_awaiter;

  explicit event(bool set = false) noexcept : set_(set) {}
  event(const event&) = delete;
  event& operator=(const event&) = delete;

  bool is_set() const noexcept { return set_; }
  /// asyncio: set(). O(waiters).
  void set() {
    waiters_.grant_all();
    set_ = true;
  }
  /// asyncio: clear(). Wakes those in wait_cleared().
  void clear() {
    waiters_for_clear_.grant_all();
    set_ = false;
  }

  /// Waits until it is set. asyncio: wait(). Does not suspend when it is. **Cancellation** leaves
  /// the queue; one that comes behind set() strikes at the next await. **Throws** usage_error when
  /// tasks of another loop wait for it.
  wait_awaiter wait() noexcept;
  /// Waits until it is cleared. asyncio: none.
  wait_awaiter wait_cleared() noexcept;

  event_stats stats() const noexcept {
    return {.set = set_, .waiters = waiters_.size() + waiters_for_clear_.size()};
  }
  // [/event]

 private:
  bool set_;
  detail::wait_list waiters_;
  detail::wait_list waiters_for_clear_;
};

class [[nodiscard]] event::wait_awaiter final : public detail::list_waiter {
 public:
  wait_awaiter(event& owner, bool wanted) noexcept : event_(&owner), wanted_(wanted) {}

  bool await_ready() const noexcept { return event_->set_ == wanted_; }
  template <class Promise>
  RILL_ALWAYS_INLINE bool await_suspend(std::coroutine_handle<Promise> handle) {
    return wait_in(wanted_ ? event_->waiters_ : event_->waiters_for_clear_, handle);
  }
  void await_resume() { check(); }
  const char* describe() const noexcept override { return "event"; }

 private:
  event* event_;
  bool wanted_;
};

inline event::wait_awaiter event::wait() noexcept { return {*this, true}; }
inline event::wait_awaiter event::wait_cleared() noexcept { return {*this, false}; }

}  // namespace rill
