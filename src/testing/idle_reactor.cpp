// SPDX-License-Identifier: BSL-1.0
#include "rill/testing/idle_reactor.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>

namespace rill::testing {

namespace {

constexpr int unsupported = static_cast<int>(std::errc::operation_not_supported);

}  // namespace

/// A wake-up that is remembered until the next wait.
class idle_reactor::waker {
 public:
  void wake() {
    const std::lock_guard<std::mutex> guard(mutex_);
    woken_ = true;
    changed_.notify_one();
  }
  void wait(std::int64_t timeout_ns) {
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

idle_reactor::idle_reactor() : waker_(std::make_unique<waker>()) {}
idle_reactor::~idle_reactor() = default;

bool idle_reactor::supports(reactor_feature /*feature*/) const noexcept { return false; }

bool idle_reactor::start(io_op& op) noexcept {
  op.result = -unsupported;
  return true;
}

io_cancel idle_reactor::cancel(io_op& /*op*/) noexcept { return io_cancel::withdrawn; }

void idle_reactor::forget(native_handle /*handle*/) noexcept {}

int idle_reactor::add_watch(io_watch& /*watch*/) noexcept { return unsupported; }

void idle_reactor::remove_watch(io_watch& /*watch*/) noexcept {}

void idle_reactor::wait(std::int64_t timeout_ns) noexcept { waker_->wait(timeout_ns); }

void idle_reactor::wake() noexcept { waker_->wake(); }

}  // namespace rill::testing
