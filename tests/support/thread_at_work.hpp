// SPDX-License-Identifier: BSL-1.0
//
// A thread for the length of a scope, and a clock that is the system's.
#pragma once

#include <thread>
#include <utility>

#include "rill/loop/clock.hpp"
#include "rill/loop/detail/loop_services.hpp"

namespace rill_test {

/// Runs a function in a thread; joins it at the end of the scope.
class thread_at_work {
 public:
  template <class Function>
  explicit thread_at_work(Function function) : thread_(std::move(function)) {}

 private:
  std::jthread thread_;
};

/// The system's monotonic clock, as a time source that is given.
class real_clock final : public rill::time_source {
 public:
  std::int64_t now() noexcept override { return rill::detail::steady_now(); }
  bool is_virtual() const noexcept override { return false; }
  void advance_to(std::int64_t /*when*/) noexcept override {}
};

}  // namespace rill_test
