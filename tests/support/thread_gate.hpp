// SPDX-License-Identifier: BSL-1.0
//
// A gate that threads stand before until it is opened, and that tells whether one does.
#pragma once

#include <condition_variable>
#include <mutex>

namespace rill_test {

class thread_gate {
 public:
  /// In a thread: waits until it is open.
  void pass() {
    std::unique_lock lock(mutex_);
    ++came_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  /// Blocks until so many threads have come to it.
  void wait_for(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, count] { return came_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int came_ = 0;
  bool open_ = false;
};

}  // namespace rill_test
