// SPDX-License-Identifier: BSL-1.0
#include <string.h>

#include "exec/linux_library.hpp"

namespace rill::detail {

int lock_until(pthread_mutex_t& mutex, const timespec& until) noexcept {
  return ::pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &until);
}

void add_close_from(posix_spawn_file_actions_t& files, int first) noexcept {
  ::posix_spawn_file_actions_addclosefrom_np(&files, first);
}

const char* text_of_signal(int number) noexcept { return ::sigdescr_np(number); }

}  // namespace rill::detail
