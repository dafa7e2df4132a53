// SPDX-License-Identifier: BSL-1.0
// What all transports of the library do with their protocol: call it, report what it throws, hold
// it between the water marks.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>

#include "rill/core/coro.hpp"
#include "rill/core/detail/ended_awaiter.hpp"
#include "rill/core/future.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/net/protocol.hpp"
#include "rill/net/write_limits.hpp"

namespace rill::detail {

/// Hands the exception that is being handled to the exception handler; gives it back.
std::exception_ptr report_callback(scheduler& owner, const char* function) noexcept;

/// Calls a function of a protocol; returns what it has thrown, which has been reported.
template <class Call>
std::exception_ptr call_protocol(scheduler& owner, const char* function, Call&& call) noexcept {
  try {
    call();
  } catch (...) {
    return report_callback(owner, function);
  }
  return nullptr;
}

/// Waits until connection_made() of a transport was called. Throws for a cancellation, and closes
/// the transport then.
template <class Transport>
coro<> wait_made(std::shared_ptr<Transport> started) {
  const future<> made = started->made();
  try {
    co_await ended(made);
  } catch (...) {
    started->close();
    throw;
  }
}

/// Tells a protocol to pause above the high mark, and to go on at the low one.
class flow_control {
 public:
  write_limits limits() const noexcept { return limits_; }
  void set_limits(write_limits limits) noexcept { limits_ = limits; }
  bool is_paused() const noexcept { return paused_; }

  /// The protocol may have another take its place, so it is held meanwhile.
  template <class Protocol>
  void note_more(std::size_t queued, scheduler& owner, const std::shared_ptr<Protocol>& told) {
    if (paused_ || queued <= limits_.high) return;
    const std::shared_ptr<Protocol> called = told;
    pause(owner, *called);
  }
  template <class Protocol>
  void note_less(std::size_t queued, scheduler& owner, const std::shared_ptr<Protocol>& told) {
    if (!paused_ || queued > limits_.low) return;
    const std::shared_ptr<Protocol> called = told;
    resume(owner, *called);
  }

 private:
  void pause(scheduler& owner, base_protocol& told) noexcept;
  void resume(scheduler& owner, base_protocol& told) noexcept;

  write_limits limits_;
  bool paused_ = false;
};

}  // namespace rill::detail
