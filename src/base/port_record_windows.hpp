// SPDX-License-Identifier: BSL-1.0
// Which handle reports to which completion port. A handle that is associated cannot be told from
// one that was so before it was forgotten and came back; here it can. For iocp_port; any thread.
#pragma once

#include <cstdint>

#include "rill/base/native_handle.hpp"

namespace rill::detail::windows {

/// Never used twice, never 0.
std::uint32_t next_port() noexcept;
void note_port(native_handle handle, std::uint32_t port) noexcept;
/// 0: none that is known.
std::uint32_t port_of(native_handle handle) noexcept;
/// Before a handle is closed: the number may be another's at once.
void drop_port(native_handle handle) noexcept;

}  // namespace rill::detail::windows
