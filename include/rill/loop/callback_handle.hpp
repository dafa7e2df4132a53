// SPDX-License-Identifier: BSL-1.0
// What call_soon, call_later and call_at return: a way to take the callback back.
#pragma once

#include "rill/loop/clock.hpp"
#include "rill/loop/detail/callback_node.hpp"

namespace rill {

namespace detail {
struct callback_access;
}

// [callback_handle]
/// A callback that the loop will run. asyncio: Handle. Dropping it leaves the callback as it is.
/// Threads: only on the loop's thread.
class callback_handle {
 public:
  callback_handle() noexcept = default;

  /// Takes the callback back: it will not run, and it is destroyed now, with what it holds. No
  /// effect if it has run or was cancelled before, nor on a handle of no callback.
  void cancel() const noexcept {
    if (node_) node_->cancel();
  }
  bool cancelled() const noexcept { return node_ && node_->cancelled(); }
  explicit operator bool() const noexcept { return static_cast<bool>(node_); }
  // [/callback_handle]

 private:
  friend struct detail::callback_access;
  explicit callback_handle(detail::callback_ref<detail::callback_node> node) noexcept
      : node_(std::move(node)) {}
  detail::callback_ref<detail::callback_node> node_;
};

// [timer_handle]
/// A callback that the loop will run at a time. asyncio: TimerHandle. Threads: only on the loop's
/// thread.
class timer_handle {
 public:
  timer_handle() noexcept = default;

  void cancel() const noexcept {
    if (node_) node_->cancel();
  }
  bool cancelled() const noexcept { return node_ && node_->cancelled(); }
  /// The moment for which it was armed. Not of a handle of no callback.
  time_point when() const noexcept { return time_point(loop_clock::duration(node_->when())); }
  explicit operator bool() const noexcept { return static_cast<bool>(node_); }
  // [/timer_handle]

 private:
  friend struct detail::callback_access;
  explicit timer_handle(detail::callback_ref<detail::timer_callback_node> node) noexcept
      : node_(std::move(node)) {}
  detail::callback_ref<detail::timer_callback_node> node_;
};

// [threadsafe_handle]
/// A callback posted from another thread by call_soon_threadsafe(). Any thread may use it; the loop
/// may be gone.
class threadsafe_handle {
 public:
  threadsafe_handle() noexcept = default;

  /// Takes the callback back. True: it will never run. False: it has run, was cancelled before, or
  /// never was; if it is running right now, in another thread, waits until it has ended. The
  /// callback object is destroyed on the loop's thread.
  bool cancel() const noexcept { return node_ && node_->cancel(); }
  bool cancelled() const noexcept { return node_ && node_->cancelled(); }
  explicit operator bool() const noexcept { return static_cast<bool>(node_); }
  // [/threadsafe_handle]

 private:
  friend struct detail::callback_access;
  explicit threadsafe_handle(detail::callback_ref<detail::shared_callback_node> node) noexcept
      : node_(std::move(node)) {}
  detail::callback_ref<detail::shared_callback_node> node_;
};

}  // namespace rill
