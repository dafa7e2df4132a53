// SPDX-License-Identifier: BSL-1.0
//
// native_handle: how the system names a socket, pipe or file, without the system's headers.
#pragma once

#include <cstdint>

namespace rill {

// [native_handle]
/// A descriptor on POSIX, a SOCKET or HANDLE on Windows. A plain integer: owns nothing.
/// asyncio counterpart: what `fileno()` returns.
using native_handle = std::intptr_t;

/// No handle: -1, also where the system's own mark is INVALID_SOCKET.
inline constexpr native_handle invalid_handle = -1;
// [/native_handle]

}  // namespace rill
