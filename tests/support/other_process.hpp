// SPDX-License-Identifier: BSL-1.0
//
// Other processes, by their number.
#pragma once

#include <cstdint>

namespace rill_test {

/// False on Windows, where a process begins with main() and in no other way.
bool can_fork();

std::int64_t own_process_number();

/// Whether it has not ended. One that nobody has reaped is there.
bool process_is_there(std::int64_t number);

/// Ends it at once; it cannot do anything about it.
void kill_process(std::int64_t number);
/// What a pool says of the end of one that was killed so.
const char* text_of_killed();

}  // namespace rill_test
