// SPDX-License-Identifier: BSL-1.0
//
// Tells what leaks descriptors from what opens a few that later rounds use again, and from threads
// that nobody waits for, which close what they have as they end.
#pragma once

#include <chrono>
#include <thread>

#include "rill/core/coro.hpp"
#include "rill/loop/sleep.hpp"
#include "support/open_descriptors.hpp"

namespace rill_test {

/// Rounds until a count stays from one to the next. What is left behind is more each time.
class steady_count {
 public:
  /// Whether there is to be another round after one that ended with this count.
  bool wants_more_after(int count) noexcept {
    steady_ = count == before_;
    before_ = count;
    return !steady_ && --left_ > 0;
  }
  bool is_steady() const noexcept { return steady_; }
  int last() const noexcept { return before_; }

 private:
  int before_ = -1;
  int left_ = 10;
  bool steady_ = false;
};

/// How many are open when that no longer changes.
inline rill::coro<int> descriptors_at_rest() {
  steady_count open;
  while (open.wants_more_after(open_descriptors())) {
    co_await rill::sleep(std::chrono::milliseconds(1));
  }
  co_return open.last();
}

/// Whether `round`, a function that returns an awaitable, comes to leave no more open than before.
template <class Round>
rill::coro<bool> leaves_nothing_open(Round round) {
  steady_count open;
  int now = co_await descriptors_at_rest();
  while (open.wants_more_after(now)) {
    co_await round();
    now = co_await descriptors_at_rest();
  }
  co_return open.is_steady();
}

/// The same without a loop.
template <class Round>
bool leaves_nothing_open_at_last(Round round) {
  steady_count open;
  int now = open_descriptors();
  while (open.wants_more_after(now)) {
    round();
    steady_count closing;
    while (closing.wants_more_after(open_descriptors())) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    now = closing.last();
  }
  return open.is_steady();
}

}  // namespace rill_test
