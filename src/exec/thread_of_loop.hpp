// SPDX-License-Identifier: BSL-1.0
// The state behind loop_thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/quiet_thread.hpp"
#include "rill/core/future.hpp"
#include "rill/exec/loop_thread.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/runner.hpp"

namespace rill::detail {

class thread_of_loop : public std::enable_shared_from_this<thread_of_loop> {
 public:
  explicit thread_of_loop(std::string_view backend) : runner_({.backend = backend}) {}

  /// In a process that was forked: thread and loop are the parent's. All but submitting does
  /// nothing then, and this must not be destroyed.
  bool is_elsewhere() const noexcept { return fork_count() != forks_; }

  /// Blocks until the loop runs, or throws why it does not.
  void start(std::string name);
  /// Any thread; returns at once.
  void ask_to_end() noexcept;
  /// Behind that: blocks until the thread has ended.
  void join() noexcept;
  bool joined() const noexcept;

  event_loop& loop() const noexcept { return *loop_; }

 private:
  void work(class loop_start& started) noexcept;

  const std::uint32_t forks_ = fork_count();
  runner runner_;  // its loop lives as long as this, closed at the end of the thread
  event_loop* loop_ = nullptr;
  future<> end_;  // the loop's thread only
  mutable std::mutex mutex_;
  std::thread thread_;
};

}  // namespace rill::detail
