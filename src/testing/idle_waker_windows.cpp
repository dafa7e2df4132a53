// SPDX-License-Identifier: BSL-1.0
// Nothing interrupts a thread here: Ctrl-C comes in a thread of its own.
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "testing/idle_waker.hpp"

namespace rill::testing {

namespace {

class condition_waker final : public idle_waker {
 public:
  void wake() noexcept override {
    const std::lock_guard<std::mutex> guard(mutex_);
    woken_ = true;
    changed_.notify_one();
  }
  void wait(std::int64_t timeout_ns) noexcept override {
    std::unique_lock<std::mutex> guard(mutex_);
    const auto is_woken = [this] { return woken_; };
    if (timeout_ns < 0) {
      changed_.wait(guard, is_woken);
    } else {
      changed_.wait_for(guard, std::chrono::nanoseconds(timeout_ns), is_woken);
    }
    woken_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
};

}  // namespace

std::unique_ptr<idle_waker> idle_waker::make() { return std::make_unique<condition_waker>(); }

}  // namespace rill::testing
