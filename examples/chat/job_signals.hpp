// SPDX-License-Identifier: BSL-1.0
// What the system knows of signals to a program that a terminal belongs to.
#pragma once

namespace chat {

/// What the terminal does with these keys where they are not read one by one: Ctrl-C, Ctrl-Z and
/// Ctrl-\. Where there are no jobs that can be suspended, the second does nothing.
void interrupt_job();
void suspend_job();
void quit_job();

/// Has the handler called when the terminal goes away, if that is a signal here.
void handle_hangup(void (*handler)(int signal_number));

}  // namespace chat
