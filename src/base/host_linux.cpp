// SPDX-License-Identifier: BSL-1.0
#include <sys/syscall.h>
#include <unistd.h>

#include "base/host.hpp"

namespace rill::detail {

bool in_main_thread() noexcept { return ::syscall(SYS_gettid) == ::getpid(); }

}  // namespace rill::detail
