// SPDX-License-Identifier: BSL-1.0
//
// idle_waker: a wait that any thread can end, and that is all.
#pragma once

#include <cstdint>
#include <memory>

namespace rill::testing {

class idle_waker {
 public:
  /// Throws std::system_error where the system has no room.
  static std::unique_ptr<idle_waker> make();
  virtual ~idle_waker() = default;

  /// Ends the wait of now, or else the next one. Any thread; where there are signals, also their
  /// handlers.
  virtual void wake() noexcept = 0;
  /// Until a wake-up, at most so many nanoseconds; below zero, as long as it takes.
  virtual void wait(std::int64_t timeout_ns) noexcept = 0;
};

}  // namespace rill::testing
