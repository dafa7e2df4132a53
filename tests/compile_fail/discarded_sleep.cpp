// SPDX-License-Identifier: BSL-1.0
//
// A sleep that is not awaited does nothing.
// expect: nodiscard
#include <chrono>

#include "rill/loop/sleep.hpp"

#include "rill/core/coro.hpp"

inline rill::coro<> forget() {
#if defined(RILL_MUST_FAIL)
  rill::sleep(std::chrono::seconds(1));
#else
  co_await rill::sleep(std::chrono::seconds(1));
#endif
  co_return;
}
