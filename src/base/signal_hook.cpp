// SPDX-License-Identifier: BSL-1.0
#include "base/signal_hook.hpp"

#include <sched.h>

namespace rill::detail {

namespace {

constinit signal_lock changing;  // held by who installs or removes
constinit atomic<signal_hook*> hooks{nullptr};

bool is_plain(const struct sigaction& present, void (*what)(int)) noexcept {
  return (present.sa_flags & SA_SIGINFO) == 0 && present.sa_handler == what;
}

}  // namespace

signal_lock::guard::guard(signal_lock& lock) noexcept : lock_(lock) {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before_);
  while (lock_.held_.exchange(true)) ::sched_yield();
}

signal_lock::guard::~guard() {
  lock_.held_.store(false);
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool signal_hook::is_ours(const action& present) const noexcept {
  return (present.sa_flags & SA_SIGINFO) != 0 && present.sa_sigaction == ours_;
}

bool signal_hook::stands_for_default(int number, const action& present) noexcept {
  if (is_plain(present, SIG_DFL)) return true;
  for (const signal_hook* hook = hooks.load(); hook != nullptr; hook = hook->next_) {
    if (hook->number_ == number && hook->is_ours(present))
      return stands_for_default(number, hook->earlier_);
  }
  return false;
}

bool signal_hook::put_in_front(const action& present) noexcept {
  // In the list, and with its predecessor known, before the first signal can come.
  earlier_ = present;
  if (!known_) {
    next_ = hooks.load();
    hooks.store(this);
    known_ = true;
  }
  set_again();
  installed_ = true;
  return true;
}

bool signal_hook::install() noexcept {
  const signal_lock::guard lock(changing);
  action present{};
  ::sigaction(number_, nullptr, &present);
  if (is_ours(present)) return true;
  if (is_plain(present, SIG_IGN)) return false;
  // Behind a handler of the program, which calls this one: in front of it, they would call each
  // other for ever.
  if (installed_ && !is_plain(present, SIG_DFL)) return true;
  return put_in_front(present);
}

bool signal_hook::install_over_default() noexcept {
  const signal_lock::guard lock(changing);
  action present{};
  ::sigaction(number_, nullptr, &present);
  if (is_ours(present) || !stands_for_default(number_, present)) return false;
  if (installed_ && !is_plain(present, SIG_DFL)) return true;  // behind another hook
  return put_in_front(present);
}

void signal_hook::remove() noexcept {
  const signal_lock::guard lock(changing);
  action present{};
  if (!installed_ || ::sigaction(number_, nullptr, &present) != 0 || !is_ours(present)) return;
  ::sigaction(number_, &earlier_, nullptr);
  installed_ = false;
}

bool signal_hook::earlier_is_default() const noexcept { return is_plain(earlier_, SIG_DFL); }

void signal_hook::call_earlier(int number, siginfo_t* info, void* context) const noexcept {
  if ((earlier_.sa_flags & SA_SIGINFO) != 0) {
    earlier_.sa_sigaction(number, info, context);
  } else if (earlier_.sa_handler != SIG_DFL && earlier_.sa_handler != SIG_IGN) {
    earlier_.sa_handler(number);
  }
}

void signal_hook::raise_earlier() noexcept {
  remove();
  if (installed_) set_default();
  ::raise(number_);
}

void signal_hook::set_default() const noexcept {
  action standard{};
  standard.sa_handler = SIG_DFL;
  sigemptyset(&standard.sa_mask);
  ::sigaction(number_, &standard, nullptr);
}

void signal_hook::set_again() const noexcept {
  action front{};
  front.sa_sigaction = ours_;
  front.sa_mask = earlier_.sa_mask;
  front.sa_flags = SA_SIGINFO | SA_ONSTACK;
  // Whether a system call goes on behind the handler is the program's choice, if it has one.
  const bool program_has_one = !is_plain(earlier_, SIG_DFL);
  front.sa_flags |= program_has_one ? earlier_.sa_flags & SA_RESTART : SA_RESTART;
  ::sigaction(number_, &front, nullptr);
}

bool signal_hook::is_default_now() const noexcept {
  action present{};
  return ::sigaction(number_, nullptr, &present) == 0 && is_plain(present, SIG_DFL);
}

}  // namespace rill::detail
