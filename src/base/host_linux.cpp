// SPDX-License-Identifier: BSL-1.0
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

#include "base/host.hpp"

namespace rill::detail {

bool in_main_thread() noexcept { return ::syscall(SYS_gettid) == ::getpid(); }

void name_this_thread(const char* name) noexcept { ::pthread_setname_np(::pthread_self(), name); }

void call_at_quick_exit(void (*call)()) noexcept { std::at_quick_exit(call); }

}  // namespace rill::detail
