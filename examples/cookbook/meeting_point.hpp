// SPDX-License-Identifier: BSL-1.0
// Where threads wait for each other. std::barrier would do, but on Windows that of GCC 12 may sleep
// through its notification (docs/platforms.md).
#pragma once

#include <condition_variable>
#include <mutex>

namespace cookbook {

class meeting_point {
 public:
  explicit meeting_point(int threads) : wanted_(threads) {}

  /// Returns when as many threads have come, and may be used again.
  void arrive_and_wait() {
    std::unique_lock guard(mutex_);
    const int round = round_;
    if (++come_ == wanted_) {
      come_ = 0;
      ++round_;
      all_are_here_.notify_all();
    }
    all_are_here_.wait(guard, [&] { return round_ != round; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_are_here_;
  int wanted_;
  int come_ = 0;
  int round_ = 0;
};

}  // namespace cookbook
