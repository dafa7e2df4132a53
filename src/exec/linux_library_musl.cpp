// SPDX-License-Identifier: BSL-1.0
#include <dirent.h>
#include <signal.h>
#include <string.h>

#include <cerrno>
#include <cstdlib>

#include "exec/linux_library.hpp"
#include "exec/worker_system.hpp"

namespace rill::detail {

namespace {

constexpr long ns_per_second = 1'000'000'000;

timespec now_of(clockid_t clock) noexcept {
  timespec now{};
  ::clock_gettime(clock, &now);
  return now;
}

bool is_before(const timespec& a, const timespec& b) noexcept {
  return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

}  // namespace

// There is a lock by the time of day only, and that may be set meanwhile.
int lock_until(pthread_mutex_t& mutex, const timespec& until) noexcept {
  for (;;) {
    const timespec now = now_of(CLOCK_MONOTONIC);
    timespec day = now_of(CLOCK_REALTIME);
    if (is_before(now, until)) {
      day.tv_sec += until.tv_sec - now.tv_sec;
      day.tv_nsec += until.tv_nsec - now.tv_nsec;
      if (day.tv_nsec < 0) {
        --day.tv_sec;
        day.tv_nsec += ns_per_second;
      } else if (day.tv_nsec >= ns_per_second) {
        ++day.tv_sec;
        day.tv_nsec -= ns_per_second;
      }
    }
    const int error = ::pthread_mutex_timedlock(&mutex, &day);
    if (error != ETIMEDOUT || !is_before(now_of(CLOCK_MONOTONIC), until)) return error;
  }
}

// Those that are open now; a handle that another thread opens in between without O_CLOEXEC is
// inherited.
short close_from(posix_spawn_file_actions_t& files, int first) noexcept {
  DIR* const folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  while (const dirent* const entry = ::readdir(folder)) {
    char* end = nullptr;
    const long number = std::strtol(entry->d_name, &end, 10);
    if (end == entry->d_name || number < first) continue;
    ::posix_spawn_file_actions_addclose(&files, static_cast<int>(number));
  }
  ::closedir(folder);
  return 0;
}

const char* signal_text(int number) noexcept {
  return number > 0 && number < NSIG ? ::strsignal(number) : nullptr;
}

}  // namespace rill::detail
