// SPDX-License-Identifier: BSL-1.0
//
// The IOCP reactor: every operation is an overlapped call, whose end comes to a completion port
// unless it ends within the call. docs/design/iocp.md has the why.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "reactor/iocp_handles.hpp"
#include "reactor/iocp_port.hpp"
#include "reactor/iocp_requests.hpp"
#include "rill/loop/reactor.hpp"

namespace rill::detail {

/// Invariants:
/// 1. An operation that was started and not told is in exactly one list: that of its handle and
///    direction, `forgotten_`, or `ended_`.
/// 2. Only the first of a handle and direction may be issued: have a request in the kernel. If it
///    is not, the handle is listed.
/// 3. The record is not told before the completion of its request is there, whatever a cancel said;
///    request and buffers stay until then.
class iocp_reactor final : public reactor {
 public:
  iocp_reactor() = default;
  /// Takes back what the kernel holds and waits for that. Touches no operation.
  ~iocp_reactor() override;

  std::string_view name() const noexcept override { return "iocp"; }
  bool supports(reactor_feature feature) const noexcept override {
    return feature == reactor_feature::pollable;
  }
  bool start(io_op& op) noexcept override;
  io_cancel cancel(io_op& op) noexcept override;
  void forget(native_handle handle) noexcept override;
  int add_watch(io_watch& watch) noexcept override;
  void remove_watch(io_watch& watch) noexcept override;
  void wait(std::int64_t timeout_ns) noexcept override;
  void wake() noexcept override;
  std::size_t pending() const noexcept override { return pending_; }
  /// The port, which systems let threads wait for while a report is in it.
  native_handle pollable() const noexcept override;

 private:
  /// Bits of io_op::reactor_state.
  enum state : std::uint8_t {
    state_issued = 1,
    state_asked = 2,      // the kernel was asked to give it up
    state_forgotten = 4,  // its handle was forgotten while the kernel had it
    state_ended = 8,      // only to be told
  };
  /// Of the loop's thread, for wake().
  enum activity : std::uint8_t { awake, asleep, woken };

  bool issue(iocp_handle& handle, io_op& op) noexcept;
  int prepare(iocp_handle& handle) noexcept;
  void ask_back(io_op& op) noexcept;
  void end(io_op& op, std::int64_t result) noexcept;
  void end_first(iocp_handle& handle, io_op& op, std::int64_t result) noexcept;
  void list(iocp_handle& handle) noexcept;
  void issue_listed() noexcept;
  void forget_operations(record_list<io_op>& lane) noexcept;
  void take(iocp_request& request) noexcept;
  void take_result(io_op& op, std::int64_t result) noexcept;
  void tell() noexcept;
  void show() noexcept;

  iocp_port port_;
  iocp_requests requests_;
  iocp_handles handles_;
  iocp_handle* listed_ = nullptr;  // have an operation to issue
  record_list<io_op> forgotten_;   // state_forgotten
  record_list<io_op> ended_;       // state_ended
  std::size_t pending_ = 0;
  std::size_t in_kernel_ = 0;  // requests whose completion is still to come
  std::atomic<std::uint8_t> activity_{awake};
  mutable std::atomic<bool> polled_{false};  // pollable() was given to somebody
};

}  // namespace rill::detail
