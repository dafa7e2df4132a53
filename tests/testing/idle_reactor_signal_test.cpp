// SPDX-License-Identifier: BSL-1.0
#include <sys/time.h>

#include <csignal>

#include "rill/testing/idle_reactor.hpp"
#include "support/catch.hpp"

using rill::testing::idle_reactor;

namespace {

idle_reactor* woken = nullptr;
volatile std::sig_atomic_t calls = 0;

void wake_it(int /*number*/) {
  woken->wake();
  calls = calls + 1;
}

/// A signal again and again, as long as it lives.
class steady_signals {
 public:
  steady_signals() : before_(std::signal(SIGALRM, &wake_it)) { set(50); }
  ~steady_signals() {
    set(0);
    std::signal(SIGALRM, before_);
  }
  steady_signals(const steady_signals&) = delete;
  steady_signals& operator=(const steady_signals&) = delete;

 private:
  static void set(int microseconds) {
    itimerval interval{};
    interval.it_value.tv_usec = microseconds;
    interval.it_interval.tv_usec = microseconds;
    ::setitimer(ITIMER_REAL, &interval, nullptr);
  }

  void (*before_)(int);
};

}  // namespace

TEST_CASE("a signal handler may wake an idle reactor wherever it comes", "[idle_reactor]") {
  idle_reactor reactor;
  woken = &reactor;
  const steady_signals signals;
  while (calls < 2000) reactor.wait(-1);
  SUCCEED();
}
