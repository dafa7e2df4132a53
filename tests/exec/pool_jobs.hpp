// SPDX-License-Identifier: BSL-1.0
// What the tests of process pools share: options, and waits for what happens in other processes.
#pragma once

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "rill/exec/exec_errors.hpp"
#include "rill/exec/process_pool_executor.hpp"
#include "support/other_process.hpp"

namespace rill_test {

/// Spawn alone, where the system has no other way.
inline const std::vector<rill::worker_start> both_starts =
    can_fork() ? std::vector{rill::worker_start::spawn, rill::worker_start::fork_server}
               : std::vector{rill::worker_start::spawn};

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

/// What a job's end says of the pool.
template <class Job>
std::string broken_text(const Job& job) {
  try {
    job.result();
  } catch (const rill::broken_process_pool& broken) {
    return broken.what();
  }
  return "not broken";
}

}  // namespace rill_test
