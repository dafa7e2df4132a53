// SPDX-License-Identifier: BSL-1.0
// A completion port: which handles report to it, and waiting for what they report. Knows nothing of
// operations. For iocp_reactor.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <span>

#include "rill/base/native_handle.hpp"

namespace rill::detail {

class iocp_port {
 public:
  /// Throws std::system_error.
  iocp_port();
  ~iocp_port();
  iocp_port(const iocp_port&) = delete;
  iocp_port& operator=(const iocp_port&) = delete;

  /// Has the ends of a handle's operations reported here, but for those that end within the call. A
  /// handle reports to one port for its life. Returns 0 or an error code.
  int associate(native_handle handle) noexcept;

  /// Waits for reports, at most `timeout_ns` (0: looks; negative: without limit). May return early,
  /// with none. A report without a record is a wake().
  std::span<const OVERLAPPED_ENTRY> wait(std::int64_t timeout_ns) noexcept;
  /// Any thread.
  void wake() const noexcept;
  native_handle handle() const noexcept { return reinterpret_cast<native_handle>(port_); }

 private:
  bool arm_timer(std::int64_t timeout_ns) noexcept;

  static constexpr unsigned most_at_once = 128;

  HANDLE port_;
  HANDLE timer_ = nullptr;  // of a finer grain than the port's own limit; null: there is none here
  std::uint32_t number_;    // never used twice
  OVERLAPPED_ENTRY reports_[most_at_once];
};

}  // namespace rill::detail
