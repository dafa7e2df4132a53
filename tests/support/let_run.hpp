// SPDX-License-Identifier: BSL-1.0
//
// Lets other tasks come to their waits.
#pragma once

#include "rill/core/coro.hpp"
#include "rill/core/yield.hpp"

namespace rill_test {

/// As many turns as a hand-over from task to task takes, and some more.
inline rill::coro<> let_run() {
  for (int i = 0; i < 4; ++i) co_await rill::yield();
}

}  // namespace rill_test
