// SPDX-License-Identifier: BSL-1.0
// What the tests of process pools share: options, and waits for what happens in other processes.
#pragma once

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "rill/exec/process_pool_executor.hpp"

namespace rill_test {

inline constexpr auto both_starts = {rill::worker_start::spawn, rill::worker_start::fork_server};

inline rill::process_pool_options workers(std::size_t count,
                                          rill::worker_start start = rill::worker_start::spawn) {
  rill::process_pool_options options;
  options.max_workers = count;
  options.start = start;
  return options;
}

/// Looks again and again until something in another process has come to be; false after 8 s.
template <class Condition>
bool comes_true(Condition condition) {
  for (int look = 0; look < 8'000; ++look) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace rill_test
