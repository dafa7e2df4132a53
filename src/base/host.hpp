// SPDX-License-Identifier: BSL-1.0
// Small questions to the system that differ from platform to platform.
#pragma once

namespace rill::detail {

/// True in the thread that runs main(). False where the system cannot tell.
bool in_main_thread() noexcept;

/// Names the calling thread, for debuggers. At most `longest_thread_name` characters.
void name_this_thread(const char* name) noexcept;
/// What every system has room for, without the zero at the end.
inline constexpr int longest_thread_name = 15;

/// The processors that this thread may use, where the system tells that; at least 1.
unsigned usable_processors() noexcept;

/// Has it called by std::quick_exit(), where the system has that.
void call_at_quick_exit(void (*call)()) noexcept;

}  // namespace rill::detail
