// SPDX-License-Identifier: BSL-1.0
//
// The IOCP reactor: every operation is an overlapped call, whose end comes to a completion port
// unless it ends within the call. docs/design/iocp.md has the why.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "reactor/completion_adaptor.hpp"
#include "reactor/iocp_handles.hpp"
#include "reactor/iocp_port.hpp"
#include "reactor/iocp_requests.hpp"
#include "rill/loop/reactor.hpp"

namespace rill::detail {

/// Invariant, beside those of the adaptor: an issued operation has a request in the kernel, which
/// stays until its completion.
class iocp_reactor final : public completion_adaptor<iocp_reactor, iocp_handles> {
 public:
  iocp_reactor() = default;
  /// Takes back what the kernel holds and waits for that. Touches no operation.
  ~iocp_reactor() override;

  std::string_view name() const noexcept override { return "iocp"; }
  bool supports(reactor_feature feature) const noexcept override {
    return feature == reactor_feature::pollable;
  }
  void forget(native_handle handle) noexcept override;
  int add_watch(io_watch& watch) noexcept override;
  void remove_watch(io_watch& watch) noexcept override;
  void wait(std::int64_t timeout_ns) noexcept override;
  void wake() noexcept override;
  /// The port, which systems let threads wait for while a report is in it.
  native_handle pollable() const noexcept override;

 private:
  friend completion_adaptor;

  static bool try_now(iocp_handle& handle, io_op& op) noexcept;
  bool issue(iocp_handle& handle, io_op& op) noexcept;
  int prepare(iocp_handle& handle) noexcept;
  static bool take_out(io_op& /*op*/) noexcept { return false; }
  void ask_back(io_op& op) noexcept;
  void take(iocp_request& request) noexcept;
  void take_result(iocp_handle& handle, io_op& op, std::int64_t result) noexcept;
  void show() noexcept;

  iocp_port port_;
  iocp_requests requests_;
  mutable std::atomic<bool> polled_{false};  // pollable() was given to somebody
};

}  // namespace rill::detail
