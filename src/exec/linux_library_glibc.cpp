// SPDX-License-Identifier: BSL-1.0
#include <string.h>

#include "exec/linux_library.hpp"
#include "exec/worker_system.hpp"

namespace rill::detail {

int lock_until(pthread_mutex_t& mutex, const timespec& until) noexcept {
  return ::pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &until);
}

short close_from(posix_spawn_file_actions_t& files, int first) noexcept {
  ::posix_spawn_file_actions_addclosefrom_np(&files, first);
  return 0;
}

const char* signal_text(int number) noexcept { return ::sigdescr_np(number); }

}  // namespace rill::detail
