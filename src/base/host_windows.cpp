// SPDX-License-Identifier: BSL-1.0
#include <windows.h>

#include <algorithm>
#include <thread>

#include "base/host.hpp"

namespace rill::detail {

namespace {

// Objects of the namespace are made by the thread that goes on to run main().
const DWORD main_thread = ::GetCurrentThreadId();

}  // namespace

bool in_main_thread() noexcept { return ::GetCurrentThreadId() == main_thread; }

unsigned usable_processors() noexcept { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace rill::detail
