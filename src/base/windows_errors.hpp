// SPDX-License-Identifier: BSL-1.0
// Codes of Windows and of Winsock, as the codes of errno that the library speaks in.
#pragma once

#include <cstdint>

namespace rill::detail {

/// What GetLastError() or WSAGetLastError() said. A code that errno has no word for is kept, above
/// every code of errno.
int errno_of(std::uint32_t windows_code) noexcept;

/// The same for a status of the kernel, as completions bring it.
int errno_of_status(std::uint32_t status) noexcept;

/// The kernel's word for an operation that was taken back.
inline constexpr std::uint32_t status_cancelled = 0xC0000120;

}  // namespace rill::detail
