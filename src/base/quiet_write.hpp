// SPDX-License-Identifier: BSL-1.0
// write() that never raises SIGPIPE, for reactors.
#pragma once

#include <cstddef>

namespace rill::detail {

/// As write(2); a pipe or socket that nobody reads is an error and nothing else. The program's
/// disposition of the signal, and the thread's mask, are as before.
std::ptrdiff_t quiet_write(int handle, const void* data, std::size_t size) noexcept;

/// Once for a handle that a reactor is given, where the system wants to be told for each handle
/// that its sends raise no signal.
void make_quiet(int handle) noexcept;

/// Whether writing to this handle may raise the signal.
bool may_signal(int handle) noexcept;

}  // namespace rill::detail
