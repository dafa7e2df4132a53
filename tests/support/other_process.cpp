// SPDX-License-Identifier: BSL-1.0
#include "support/other_process.hpp"

#include <signal.h>
#include <unistd.h>

namespace rill_test {

bool can_fork() { return true; }

std::int64_t own_process_number() { return ::getpid(); }

bool process_is_there(std::int64_t number) { return ::kill(static_cast<pid_t>(number), 0) == 0; }

void kill_process(std::int64_t number) { ::kill(static_cast<pid_t>(number), SIGKILL); }

const char* text_of_killed() { return "signal 9 (Killed)"; }

}  // namespace rill_test
