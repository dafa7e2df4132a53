// SPDX-License-Identifier: BSL-1.0
// A look at memory before a thread goes to sleep.
#pragma once

#include <cstdint>

#include "rill/base/config.hpp"
#include "rill/loop/detail/loop_services.hpp"

namespace rill::detail {

/// True if another thread can run while this one looks. Asked of the system once.
bool several_processors() noexcept;

/// Looks for some microseconds whether something has come, instead of sleeping at once: to be woken
/// costs more than that. It learns whether that pays: after looks in vain it is done only now and
/// then. On one processor never. One thread at a time.
class brief_look {
 public:
  static constexpr std::int64_t longest = 10'000;  // nanoseconds
  static constexpr int most_credit = 8;
  static constexpr int trial = 64;  // without credit, one of so many is done

  brief_look() noexcept : brief_look(several_processors()) {}
  explicit brief_look(bool useful) noexcept : useful_(useful) {}

  /// Whether a look is worth it now. Each call that gives true is followed by one look.
  bool worth_it() noexcept {
    if (!useful_) return false;
    if (credit_ > 0) return true;
    if (++skipped_ < trial) return false;
    skipped_ = 0;
    return true;
  }

  /// Until `has_come` gives true, which it returns, or the time is over.
  template <class Condition>
  bool look(Condition has_come) noexcept {
    const std::int64_t end = steady_now() + longest;
    do {
      for (int i = 0; i < looks_by_clock; ++i) {
        if (has_come()) {
          credit_ = credit_ < most_credit - 1 ? credit_ + 2 : most_credit;
          return true;
        }
        RILL_RELAX();
      }
    } while (steady_now() < end);
    if (credit_ > 0) --credit_;
    return false;
  }

 private:
  static constexpr int looks_by_clock = 16;

  bool useful_;
  int credit_ = most_credit;
  int skipped_ = 0;
};

}  // namespace rill::detail
