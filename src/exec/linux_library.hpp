// SPDX-License-Identifier: BSL-1.0
// What the C libraries of Linux do in ways of their own.
#pragma once

#include <pthread.h>
#include <spawn.h>
#include <time.h>

namespace rill::detail {

/// Locks, by `until` of CLOCK_MONOTONIC at the latest. Returns what pthread_mutex_timedlock() does.
int lock_until(pthread_mutex_t& mutex, const timespec& until) noexcept;

/// In the program that is started, handles from `first` on are closed.
void add_close_from(posix_spawn_file_actions_t& files, int first) noexcept;

/// "Killed" for SIGKILL; null for a number that is no signal.
const char* text_of_signal(int number) noexcept;

}  // namespace rill::detail
