// SPDX-License-Identifier: BSL-1.0
// Tasks of the floors that sleep, and the loop that wakes them.
#pragma once

#include <poll.h>

#include <chrono>
#include <coroutine>
#include <cstdint>

#include "support/floor_tasks.hpp"
#include "support/floor_timers.hpp"

namespace floors {

inline std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

struct sleep_until : timer {
  sleep_until(timer_heap& heap, std::int64_t deadline) : heap_(heap), deadline_(deadline) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<task::promise_type> self) {
    sleeper_ = &self.promise();
    heap_.arm(*this, deadline_);
  }
  void await_resume() const noexcept {}
  void wake() noexcept { sleeper_->schedule(); }

 private:
  timer_heap& heap_;
  std::int64_t deadline_;
  resumable* sleeper_ = nullptr;
};

// Waits as a loop on epoll does, in whole milliseconds rounded up.
inline void run_timers(floors::timer_heap& heap) {
  ready.run();
  while (!heap.empty()) {
    const std::int64_t now = now_ns();
    while (!heap.empty() && heap.next_deadline() <= now) {
      static_cast<sleep_until&>(heap.pop()).wake();
    }
    ready.run();
    if (heap.empty()) return;
    const std::int64_t wait = heap.next_deadline() - now_ns();
    if (wait > 0) poll(nullptr, 0, static_cast<int>((wait + 999'999) / 1'000'000));
  }
}

}  // namespace floors
