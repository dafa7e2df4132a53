// SPDX-License-Identifier: BSL-1.0
// What awaitables and handles reach of the loop that runs them: timers, clock, reactor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "rill/base/detail/dary_heap.hpp"
#include "rill/base/detail/intrusive_list.hpp"
#include "rill/core/detail/task_state.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/loop/clock.hpp"
#include "rill/loop/reactor.hpp"

namespace rill {
class event_loop;
}

namespace rill::detail {

/// Something that happens at a time; lives in an awaiter or a timer handle.
struct timer_node {
  explicit constexpr timer_node(void (*on_due)(timer_node&) noexcept) noexcept : fire(on_due) {}
  timer_node(const timer_node&) = delete;
  timer_node& operator=(const timer_node&) = delete;

  bool armed() const noexcept { return heap_index != not_in_heap; }

  static constexpr std::size_t not_in_heap = static_cast<std::size_t>(-1);
  std::size_t heap_index = not_in_heap;
  void (*fire)(timer_node&) noexcept;  // called once, disarmed, inside the turn; only queues work
};

/// Something that has operations in the reactor, or threads at work for the loop, outside of any
/// coroutine frame. Told when its loop is closed, before the frames are destroyed and while the
/// reactor still takes orders. Unlinks itself if it goes earlier.
class loop_resident : public list_node {
 public:
  /// Called once, unlinked. Operations that it ends now may still complete, before the reactor
  /// goes.
  virtual void on_loop_close() noexcept = 0;
  /// Whether the handle is this one's alone, so that nobody else may watch it.
  virtual bool owns(native_handle /*handle*/) const noexcept { return false; }

 protected:
  loop_resident() = default;
  ~loop_resident() = default;
};

std::int64_t steady_now() noexcept;

/// The loop, as seen from below. One per event_loop; every scheduler_host is one.
class loop_services : public scheduler_host {
 public:
  static loop_services& of(scheduler& owner) noexcept {
    return static_cast<loop_services&>(owner.host());
  }
  static loop_services& of(const task_state& task) noexcept { return of(task.owner()); }

  std::int64_t now() noexcept { return source_ == nullptr ? steady_now() : source_->now(); }

  /// Arms a timer for `when`. Equal times fire in the order of arming. Throws std::bad_alloc,
  /// unarmed.
  void arm(timer_node& timer, std::int64_t when) {
    timers_.push(when, timer);
    // Due already, or the first one, before which the clock was not read: look in the next turn.
    if (when <= turn_time_ || timers_.size() == 1) polls_left_ = 0;
  }
  /// No effect on a timer that is not armed.
  void disarm(timer_node& timer) noexcept {
    if (timer.armed()) timers_.erase(timer);
  }
  std::size_t armed_timers() const noexcept { return timers_.size(); }

  /// Requires: the loop is open.
  void add_resident(loop_resident& resident) noexcept { residents_.push_back(resident); }

  reactor& io() noexcept { return *reactor_; }
  /// Where time comes from; null: the system.
  time_source* source() const noexcept { return source_; }
  event_loop& owner() noexcept { return *owner_; }

 protected:
  loop_services() = default;
  ~loop_services() = default;

  dary_heap<std::int64_t, timer_node, &timer_node::heap_index> timers_;
  time_source* source_ = nullptr;
  std::unique_ptr<reactor> reactor_;
  event_loop* owner_ = nullptr;
  intrusive_list<loop_resident> residents_;
  std::int64_t turn_time_ = INT64_MIN;  // when the clock was last read for timers
  std::int64_t polls_left_ =
      0;  // how many more nodes may run before timers and reactor are looked at
};

}  // namespace rill::detail
