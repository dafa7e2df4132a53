// SPDX-License-Identifier: BSL-1.0
// Calls of the system that a signal may interrupt.
#pragma once

#include <cerrno>
#include <cstdint>

namespace rill::detail {

/// Makes a call until no signal interrupts it. Its result; if that is below zero, the error code,
/// negated.
template <class Call>
std::int64_t uninterrupted(Call call) noexcept {
  while (true) {
    const auto done = call();
    if (done >= 0) return static_cast<std::int64_t>(done);
    if (errno != EINTR) return -static_cast<std::int64_t>(errno);
  }
}

}  // namespace rill::detail
