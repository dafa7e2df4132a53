// SPDX-License-Identifier: BSL-1.0
// Signals without end, for the length of a scope. POSIX only.
#pragma once

#include <signal.h>
#include <sys/time.h>

#include <atomic>

namespace rill_test {

/// How many have been handled. Any thread of the program may be the one that is interrupted.
inline std::atomic<int> alarms{0};

class alarm_rain {
 public:
  /// `flags` of sigaction(): SA_RESTART for calls that are to be resumed; without, none is.
  explicit alarm_rain(int flags = 0) {
    alarms = 0;
    struct sigaction action{};
    action.sa_handler = [](int) { ++alarms; };
    action.sa_flags = flags;
    ::sigaction(SIGALRM, &action, &before_);
    set(300);
  }
  alarm_rain(const alarm_rain&) = delete;
  alarm_rain& operator=(const alarm_rain&) = delete;
  ~alarm_rain() {
    set(0);
    ::sigaction(SIGALRM, &before_, nullptr);
  }

 private:
  static void set(suseconds_t interval) {
    const itimerval timer{{0, interval}, {0, interval}};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
  }
  struct sigaction before_{};
};

}  // namespace rill_test
