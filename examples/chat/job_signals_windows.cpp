// SPDX-License-Identifier: BSL-1.0
#include <csignal>

#include "chat/job_signals.hpp"

namespace chat {

void interrupt_job() { std::raise(SIGINT); }
void suspend_job() {}
void quit_job() { std::raise(SIGTERM); }

void handle_hangup(void (* /*handler*/)(int signal_number)) {}

}  // namespace chat
