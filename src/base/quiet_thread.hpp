// SPDX-License-Identifier: BSL-1.0
// Threads of the library: they see no signals, have a name, and know that they do not survive a
// fork.
#pragma once

#include <cstdint>
#include <string>
#include <thread>

#include "rill/base/unique_function.hpp"

namespace rill::detail {

/// Starts a thread in which all signals are blocked: it is no place for the program's handlers, and
/// what a broken connection raises is to be an error. Names longer than the system's longest are
/// cut. Throws std::system_error if there is no thread to be had.
std::thread start_quiet_thread(std::string name, unique_function<void()> body);

/// The same, with a name of a prefix and a number, which is kept whole.
std::string thread_name(const std::string& prefix, std::size_t number);

/// How many forks lie between this process and the one in which this was first called: threads that
/// were started under another count are not here.
std::uint32_t fork_count() noexcept;

/// Has the child of each later fork call `function`, in its only thread. For good. Throws
/// std::bad_alloc.
void call_in_forked_children(void (*function)());

}  // namespace rill::detail
