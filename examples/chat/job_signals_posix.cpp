// SPDX-License-Identifier: BSL-1.0
#include <signal.h>

#include "chat/job_signals.hpp"

namespace chat {

void interrupt_job() { ::kill(0, SIGINT); }
void suspend_job() { ::kill(0, SIGTSTP); }
void quit_job() { ::kill(0, SIGQUIT); }

void handle_hangup(void (*handler)(int signal_number)) { ::signal(SIGHUP, handler); }

}  // namespace chat
