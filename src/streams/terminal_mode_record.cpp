// SPDX-License-Identifier: BSL-1.0
#include "streams/terminal_mode_record.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>

#include "base/host.hpp"
#include "base/signal_hook.hpp"
#include "base/system_calls.hpp"
#include "base/uninterrupted.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

bool is_in_background(int terminal) noexcept {
  const pid_t foreground = ::tcgetpgrp(terminal);
  return foreground >= 0 && foreground != ::getpgrp();
}

namespace {

bool may_change_in_background() noexcept {
  struct sigaction present{};
  sigset_t blocked;
  ::sigaction(SIGTTOU, nullptr, &present);
  ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  return present.sa_handler == SIG_IGN || sigismember(&blocked, SIGTTOU) == 1;
}

// What the system does with a process that changes its terminal in the background, without a
// change, which could overwrite another thread's: the process is stopped until it is continued, in
// the foreground or not. A process group that nobody could continue is not stopped. 0 or an error.
int await_foreground(int terminal) noexcept {
  constexpr int most_tries = 100;
  for (int tries = 0; is_in_background(terminal); ++tries) {
    if (may_change_in_background()) return 0;
    if (tries == most_tries) return EIO;
    ::kill(0, SIGTTOU);
  }
  return 0;
}

// Never destroyed: exit() comes to it behind all destructors.
struct mode_list {
  signal_lock lock;
  terminal_mode_record* newest = nullptr;
  // The process whose modes these are; a child must leave them alone, and the lock, which a thread
  // of the parent may have held.
  std::atomic<pid_t> owner = 0;
  bool at_exit = false;   // exit() calls put_all_back()
  bool put_back = false;  // a signal has put all back; a continued process sets them again
};

constinit mode_list modes;

// Requires: SIGTTOU is blocked, which lets a process in the background change its terminal.
int set_mode(int terminal, const termios& mode) noexcept {
  return static_cast<int>(-uninterrupted([&] { return ::tcsetattr(terminal, TCSANOW, &mode); }));
}

// In the background, the terminal is in the hands of somebody who has set it for himself.
void put_back(const terminal_mode_record& record) noexcept {
  if (is_in_background(record.terminal)) return;
  record.leave.write_to(record.terminal);
  set_mode(record.terminal, record.found);
}

void put_all_back() noexcept {
  if (modes.owner != ::getpid()) return;
  const signal_lock::guard lock(modes.lock);
  if (modes.put_back) return;
  modes.put_back = true;
  const terminal_mode_record* record = modes.newest;
  for (; record != nullptr; record = record->older) put_back(*record);
}

void set_all_again() noexcept {
  if (modes.owner != ::getpid()) return;
  const signal_lock::guard lock(modes.lock);
  if (modes.newest == nullptr) return;
  terminal_mode_record* record = modes.newest;
  if (is_in_background(record->terminal)) return;
  modes.put_back = false;
  while (record->older != nullptr) record = record->older;
  for (; record != nullptr; record = record->newer) {
    if (set_mode(record->terminal, record->wanted) == 0) record->enter.write_to(record->terminal);
  }
}

void on_end(int number, siginfo_t* info, void* context);
void on_crash(int number, siginfo_t* info, void* context);
void on_suspend(int number, siginfo_t* info, void* context);
void on_continue(int number, siginfo_t* info, void* context);

constinit signal_hook hooks[] = {
    {SIGINT, &on_end},       {SIGTERM, &on_end},   {SIGHUP, &on_end},    {SIGQUIT, &on_end},
    {SIGPIPE, &on_end},      {SIGABRT, &on_crash}, {SIGSEGV, &on_crash}, {SIGBUS, &on_crash},
    {SIGFPE, &on_crash},     {SIGILL, &on_crash},  {SIGSYS, &on_crash},  {SIGTRAP, &on_crash},
    {SIGALRM, &on_end},      {SIGVTALRM, &on_end}, {SIGPROF, &on_end},   {SIGUSR1, &on_end},
    {SIGUSR2, &on_end},      {SIGXCPU, &on_end},   {SIGXFSZ, &on_end},   {SIGTSTP, &on_suspend},
    {SIGCONT, &on_continue},
};

signal_hook& hook_of(int number) noexcept {
  return *std::find_if(std::begin(hooks), std::end(hooks),
                       [number](const signal_hook& hook) { return hook.number() == number; });
}

// The program's handler decides whether the process ends: by going back to the default effect and
// raising the signal, which comes when the handlers have returned.
void on_end(int number, siginfo_t* info, void* context) {
  const int before = errno;
  signal_hook& hook = hook_of(number);
  if (hook.earlier_is_default()) {
    put_all_back();
    hook.set_default();
    ::raise(number);
  } else {
    hook.call_earlier(number, info, context);
    if (hook.is_default_now()) put_all_back();
  }
  errno = before;
}

// The program's handler need not return.
void on_crash(int number, siginfo_t* info, void* context) {
  const int before = errno;
  signal_hook& hook = hook_of(number);
  put_all_back();
  if (hook.earlier_is_default()) {
    hook.set_default();
    ::raise(number);
  } else {
    hook.call_earlier(number, info, context);
    if (!hook.is_default_now()) set_all_again();
  }
  errno = before;
}

void on_suspend(int number, siginfo_t* info, void* context) {
  const int before = errno;
  signal_hook& hook = hook_of(number);
  put_all_back();
  if (hook.earlier_is_default()) {
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, number);
    hook.set_default();
    ::raise(number);
    ::pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);  // stops here, until it is continued
    ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
    hook.set_again();
  } else {
    hook.call_earlier(number, info, context);
  }
  set_all_again();
  errno = before;
}

// Also behind a SIGSTOP, and in a process that was continued in the background before.
void on_continue(int number, siginfo_t* info, void* context) {
  const int before = errno;
  set_all_again();
  hook_of(number).call_earlier(number, info, context);
  errno = before;
}

void begin_restoring() noexcept {
  if (!modes.at_exit) {
    modes.at_exit = true;
    std::atexit(&put_all_back);
    call_at_quick_exit(&put_all_back);
  }
  modes.owner = ::getpid();
  modes.put_back = false;
  for (signal_hook& hook : hooks) hook.install();
}

void end_restoring() noexcept {
  for (signal_hook& hook : hooks) hook.remove();
}

void link(terminal_mode_record& record) noexcept {
  record.older = modes.newest;
  if (record.older != nullptr) record.older->newer = &record;
  modes.newest = &record;
}

void unlink(terminal_mode_record& record) noexcept {
  (record.newer != nullptr ? record.newer->older : modes.newest) = record.older;
  if (record.older != nullptr) record.older->newer = record.newer;
}

/// The next one that was set on the same terminal, or null.
terminal_mode_record* set_later(const terminal_mode_record& record) noexcept {
  terminal_mode_record* later = record.newer;
  while (later != nullptr && later->device != record.device) later = later->newer;
  return later;
}

}  // namespace

terminal_text::terminal_text(std::string_view text) : size_(text.size()) {
  if (size_ > capacity) {
    throw_invalid_argument("rill: a text of a terminal mode has at most 256 bytes");
  }
  std::copy(text.begin(), text.end(), bytes_);
}

void terminal_text::write_to(int terminal) const noexcept {
  pollfd looked{terminal, POLLOUT, 0};
  if (size_ == 0 || system_calls().poll(&looked, 1, 0) != 1) return;
  const ssize_t written = system_calls().write(terminal, bytes_, size_);
  static_cast<void>(written);  // there is nobody to tell
}

int enter_terminal_mode(terminal_mode_record& record, bool signals) noexcept {
  int error = await_foreground(record.terminal);
  if (error != 0) return error;
  const signal_lock::guard lock(modes.lock);
  if (::tcgetattr(record.terminal, &record.found) != 0) return errno;
  record.wanted = record.found;
  record.wanted.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ECHONL);
  if (!signals) record.wanted.c_lflag &= ~static_cast<tcflag_t>(ISIG);
  record.wanted.c_cc[VMIN] = 1;
  record.wanted.c_cc[VTIME] = 0;
  const bool first = modes.newest == nullptr;
  if (first) begin_restoring();
  link(record);
  error = set_mode(record.terminal, record.wanted);
  if (error == 0) {
    record.enter.write_to(record.terminal);
  } else {
    unlink(record);
    if (first) end_restoring();
  }
  return error;
}

void leave_terminal_mode(terminal_mode_record& record) noexcept {
  const signal_lock::guard lock(modes.lock);
  terminal_mode_record* const later = set_later(record);
  unlink(record);
  if (modes.owner != ::getpid()) return;
  if (later != nullptr) {
    later->found = record.found;
    record.leave.write_to(record.terminal);
  } else if (!modes.put_back) {
    put_back(record);
  }
  if (modes.newest == nullptr) end_restoring();
}

}  // namespace rill::detail
