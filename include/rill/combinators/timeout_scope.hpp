// SPDX-License-Identifier: BSL-1.0
// timeout_scope: the time limit around an await, as the code inside sees it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "rill/core/cancel_scope.hpp"
#include "rill/loop/clock.hpp"
#include "rill/loop/detail/loop_services.hpp"

namespace rill {

namespace detail {
template <class Source, class Outcome>
class limited_awaiter;
}

// [timeout_scope]
/// A time limit that is in force. asyncio: the object that `timeout()` gives, inside its block.
///
/// Made by timeout(), timeout_at() and move_on_after(), which give it to their body. When the limit
/// passes, the body's present await, or its next one that waits, throws cancelled_error; at the
/// edge of the scope that becomes a timeout_error, unless an enclosing scope or the task itself was
/// cancelled as well: then the cancellation goes on.
/// Threads: only on the thread of the loop. Lifetime: that of the body.
class timeout_scope : private detail::timer_node {
 public:
  timeout_scope(const timeout_scope&) = delete;
  timeout_scope& operator=(const timeout_scope&) = delete;

  /// The moment at which the limit passes; time_point::max() for never. asyncio: when().
  time_point when() const noexcept { return time_point(std::chrono::nanoseconds(when_)); }

  /// True once the limit has passed and struck, or was about to. asyncio: expired().
  bool expired() const noexcept { return expired_; }

  /// Moves the limit; time_point::max() takes it away. A moment that has passed strikes in the next
  /// turn. asyncio: reschedule(when). Throws usage_error when the limit has passed already.
  void reschedule(time_point when);
  /// The same, counted from now.
  template <class Rep, class Period>
  void reschedule_after(std::chrono::duration<Rep, Period> delay) {
    move_to(from_now(detail::to_nanoseconds(delay)));
  }
  // [/timeout_scope]

 private:
  template <class Source, class Outcome>
  friend class detail::limited_awaiter;

  timeout_scope() noexcept : timer_node(&on_due) {}
  ~timeout_scope() {
    if (scope_) leave();
  }

  /// Opens the scope in the running task.
  void enter(std::int64_t when);
  /// Starts to count, once the body waits for something. Never fails: without memory for the timer
  /// the limit strikes at once, and out_of_memory_ is set.
  void arm() noexcept;
  void strike() noexcept;
  void leave() noexcept;
  /// Whether a cancelled_error at the edge is this scope's. Throws std::bad_alloc if it came from
  /// want of memory.
  bool absorb();
  std::int64_t from_now(std::int64_t delay) const noexcept;
  void move_to(std::int64_t when);
  detail::loop_services& loop() const noexcept;
  static void on_due(timer_node& timer) noexcept;

  std::optional<cancel_scope> scope_;
  std::int64_t when_ = detail::never;
  detail::scheduler* owner_ = nullptr;
  bool counting_ = false;
  bool expired_ = false;
  bool out_of_memory_ = false;
};

}  // namespace rill
