// SPDX-License-Identifier: BSL-1.0
// What the library's signal handlers stand on: a handler in front of what the program had, and a
// lock that handlers may take. For src/ alone.
#pragma once

#include <signal.h>

#include "rill/base/detail/atomic.hpp"

namespace rill::detail {

/// Held with all signals of the thread blocked, so that a handler never waits for the thread that
/// it interrupts; others wait by spinning. What it guards may be touched by handlers.
class signal_lock {
 public:
  constexpr signal_lock() noexcept = default;

  class guard {
   public:
    explicit guard(signal_lock& lock) noexcept;
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;
    ~guard();

   private:
    signal_lock& lock_;
    sigset_t before_;
  };

 private:
  atomic<bool> held_{false};
};

/// A handler of the library for one signal. Objects are static: whoever has replaced the handler
/// may still call it at any time.
///
/// Invariants: 1. `earlier_` is what the program had when the hook was installed, and stays known
/// after it was removed. 2. `installed_` is set from install() until remove() has put that back; a
/// hook that somebody else stands in front of cannot be removed, and is not installed twice.
class signal_hook {
 public:
  using handler = void (*)(int number, siginfo_t* info, void* context);

  constexpr signal_hook(int number, handler ours) noexcept : number_(number), ours_(ours) {}
  signal_hook(const signal_hook&) = delete;
  signal_hook& operator=(const signal_hook&) = delete;

  /// Puts the handler in front. Not where the program ignores the signal; false then.
  bool install() noexcept;
  /// The same, only where nobody but hooks of the library stands in front of the default effect.
  bool install_over_default() noexcept;
  /// Puts back what was there, unless somebody has put a handler in front.
  void remove() noexcept;

  int number() const noexcept { return number_; }
  // -- for the handler itself ---------------------------------------------------------------------
  /// True if there was no handler: the signal would have its default effect.
  bool earlier_is_default() const noexcept;
  /// Calls the handler that was there, if there is one.
  void call_earlier(int number, siginfo_t* info, void* context) const noexcept;
  /// Raises the signal again, for whoever was there before; it comes when the handler returns.
  void raise_earlier() noexcept;
  /// Gives the signal the default effect, now.
  void set_default() const noexcept;
  /// Puts the handler in front again, behind set_default().
  void set_again() const noexcept;
  /// True if somebody has given the signal its default effect.
  bool is_default_now() const noexcept;

 private:
  using action = struct sigaction;
  bool is_ours(const action& present) const noexcept;
  static bool stands_for_default(int number, const action& present) noexcept;
  bool put_in_front(const action& present) noexcept;

  int number_;
  handler ours_;
  bool installed_ = false;
  bool known_ = false;  // in the list of hooks
  action earlier_{};
  signal_hook* next_ = nullptr;  // in the list of hooks that were ever installed
};

}  // namespace rill::detail
