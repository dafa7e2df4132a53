// SPDX-License-Identifier: BSL-1.0
// What the POSIX systems do in ways of their own when worker processes are started and watched.
#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <string>

#include "rill/base/native_handle.hpp"

namespace rill::detail {

/// A handle that becomes readable when a process has ended; invalid_handle, with errno.
native_handle open_process_end(pid_t process) noexcept;
/// Kills a child that is not reaped yet. `end`: its handle, or invalid_handle if it has none.
void kill_child(pid_t child, native_handle end) noexcept;

/// The executable that runs here. Throws std::system_error.
std::string own_program_path();
/// What the program was called as.
const char* own_program_name() noexcept;
char** own_environment() noexcept;

/// In the program that is started, handles from `first` on are closed. Returns flags for
/// posix_spawnattr_setflags().
short close_from(posix_spawn_file_actions_t& files, int first) noexcept;

/// "Killed" for SIGKILL; null for a number that is no signal.
const char* signal_text(int number) noexcept;

/// Has the system kill this process when its parent ends; false where it does not do that.
bool end_with_parent() noexcept;

}  // namespace rill::detail
