// SPDX-License-Identifier: BSL-1.0
//
// idle_reactor: a reactor that can wait and be woken, and does nothing else. For tests that need no
// I/O, and the shortest example of the reactor contract.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "rill/loop/reactor.hpp"

namespace rill::testing {

class idle_waker;

/// A reactor without I/O: every operation ends at once with "operation not supported", and watches
/// are refused. For loop_options::custom_reactor.
class idle_reactor final : public reactor {
 public:
  /// Throws std::system_error where the system has no room for a wake-up.
  idle_reactor();
  ~idle_reactor() override;

  std::string_view name() const noexcept override { return "idle"; }
  bool supports(reactor_feature feature) const noexcept override;
  bool start(io_op& op) noexcept override;
  io_cancel cancel(io_op& op) noexcept override;
  void forget(native_handle handle) noexcept override;
  int add_watch(io_watch& watch) noexcept override;
  void remove_watch(io_watch& watch) noexcept override;
  void wait(std::int64_t timeout_ns) noexcept override;
  void wake() noexcept override;
  std::size_t pending() const noexcept override { return 0; }

 private:
  std::unique_ptr<idle_waker> waker_;
};

}  // namespace rill::testing
