// SPDX-License-Identifier: BSL-1.0
#include <pthread.h>

#include <algorithm>
#include <thread>

#include "base/host.hpp"

namespace rill::detail {

bool in_main_thread() noexcept { return ::pthread_main_np() == 1; }

void name_this_thread(const char* name) noexcept { ::pthread_setname_np(name); }

unsigned usable_processors() noexcept { return std::max(1U, std::thread::hardware_concurrency()); }

void call_at_quick_exit(void (* /*call*/)()) noexcept {}

}  // namespace rill::detail
