// SPDX-License-Identifier: BSL-1.0
// What the C libraries of Linux do in ways of their own, besides some of worker_system.hpp.
#pragma once

#include <pthread.h>
#include <time.h>

namespace rill::detail {

/// Locks, by `until` of CLOCK_MONOTONIC at the latest. Returns what pthread_mutex_timedlock() does.
int lock_until(pthread_mutex_t& mutex, const timespec& until) noexcept;

}  // namespace rill::detail
