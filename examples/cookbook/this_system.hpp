// SPDX-License-Identifier: BSL-1.0
// What recipes ask the system for and no library offers: a source for each system.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace cookbook {

std::int64_t process_number();

/// The name that the system shows of the thread that calls.
std::string name_of_thread();

/// Of this machine, in bytes, in use or not.
std::size_t memory_of_machine();

/// How many descriptors, or handles, this process has.
std::size_t open_handles();

/// Ends this process at once, as if somebody had killed it.
void be_killed();

/// Whether a process can be made of this one by a fork.
bool can_fork();

}  // namespace cookbook
