// SPDX-License-Identifier: BSL-1.0
// Consoles, read and written in UTF-8, whatever code page they have. For file_calls_windows.
#pragma once

#include <sys/types.h>
#include <windows.h>

namespace rill::detail::windows {

bool is_console(HANDLE handle) noexcept;

/// Waits for input, as the console's mode says. A line that begins with Ctrl-Z is the end of it.
/// `size`: at least 6. Errors in errno.
ssize_t read_console(HANDLE handle, void* data, size_t size) noexcept;

/// Writes characters that are whole; of one that is not, the beginning is kept for what is written
/// next through that handle.
ssize_t write_console(HANDLE handle, const void* data, size_t size) noexcept;

}  // namespace rill::detail::windows
