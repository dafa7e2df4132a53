// SPDX-License-Identifier: BSL-1.0
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "base/host.hpp"

namespace rill::detail {

bool in_main_thread() noexcept { return ::syscall(SYS_gettid) == ::getpid(); }

void name_this_thread(const char* name) noexcept { ::pthread_setname_np(::pthread_self(), name); }

// With more than 1,024 processors the set is too small.
unsigned usable_processors() noexcept {
  cpu_set_t usable;
  if (::sched_getaffinity(0, sizeof usable, &usable) != 0) {
    return std::max(1U, std::thread::hardware_concurrency());
  }
  return static_cast<unsigned>(CPU_COUNT(&usable));
}

void call_at_quick_exit(void (*call)()) noexcept { std::at_quick_exit(call); }

}  // namespace rill::detail
