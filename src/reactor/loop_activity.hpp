// SPDX-License-Identifier: BSL-1.0
// loop_activity: what the thread of a loop does, for those who may have to wake it.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/futex.hpp"

namespace rill::detail {

enum class activity : std::uint32_t {
  awake,
  asleep,   // in the kernel's queue, which somebody has to wake
  napping,  // nothing but wake() or the time can end it: no queue of the kernel's has a part in it
  woken,    // wake() was called since the last rise()
};

/// One for each reactor. Whatever is queued before wake() is seen behind the rise() that follows.
class loop_activity {
 public:
  /// The loop's thread: it is about to sleep in the kernel's queue. False if it was woken since the
  /// last rise(). Pairs with wake(): either this sees that it was woken, or that sees that it
  /// sleeps.
  bool fall_asleep() noexcept { return change(activity::asleep); }

  /// The loop's thread: sleeps until wake(), at most so long (nanoseconds; negative: no limit), and
  /// rises. Not at all if it was woken since the last rise(). Requires: can_nap().
  void nap(std::int64_t timeout_ns) noexcept {
    if (change(activity::napping))
      futex_wait(word_, static_cast<std::uint32_t>(activity::napping), timeout_ns);
    rise();
  }
  static bool can_nap() noexcept { return has_futex(); }

  /// The loop's thread, when it has slept, or did not have to.
  void rise() noexcept {
    constexpr auto awake = static_cast<std::uint32_t>(activity::awake);
    if (word_.load(std::memory_order_relaxed) != awake)
      word_.exchange(awake, std::memory_order_acq_rel);
  }

  /// Any thread, and signal handlers: ends a nap. Returns what the loop's thread did, so that only
  /// the first of several calls, and only if it slept, costs a system call.
  activity wake() noexcept {
    const auto before = static_cast<activity>(
        word_.exchange(static_cast<std::uint32_t>(activity::woken), std::memory_order_acq_rel));
    if (before == activity::napping) futex_wake(word_);
    return before;
  }

 private:
  bool change(activity next) noexcept {
    auto before = static_cast<std::uint32_t>(activity::awake);
    return word_.compare_exchange_strong(before, static_cast<std::uint32_t>(next),
                                         std::memory_order_acq_rel);
  }

  std::atomic<std::uint32_t> word_{static_cast<std::uint32_t>(activity::awake)};
};

}  // namespace rill::detail
