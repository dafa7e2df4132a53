// SPDX-License-Identifier: BSL-1.0
//
// Runs of coroutines in virtual time: run_virtual() gives the value, run_case() also finds fault
// with what was left behind. Test frameworks build their coroutine cases on the second.
#pragma once

#include <exception>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "rill/core/coro.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/runner.hpp"
#include "rill/testing/virtual_clock.hpp"

namespace rill::testing {

/// As rill::run(), on a virtual_clock of its own that starts at zero (unless the options bring a
/// clock). **Throws** what the coroutine throws; deadlock_error when every task waits for ever.
template <class T>
T run_virtual(coro<T> main, loop_options options = {}) {
  virtual_clock clock;
  if (options.clock == nullptr) options.clock = &clock;
  return run(std::move(main), std::move(options));
}

/// What run_case() has seen.
struct case_outcome {
  std::exception_ptr error;             ///< what the body has thrown, or null
  std::vector<std::string> complaints;  ///< sentences; empty if nothing was left behind

  /// True if the body has ended well and left nothing behind.
  bool clean() const noexcept { return !error && complaints.empty(); }
};

/// Runs the body of a test case on a loop of its own, in virtual time unless the options bring a
/// clock, and complains of
///  - tasks that it leaves running, each with the chain of its awaits. Tasks that end without
///    waiting any more are let end first;
///  - errors that came to the loop's exception handler and were not taken by take_reports().
///
/// Never throws what the body throws.
case_outcome run_case(coro<void> body, loop_options options = {});

/// In the body of a case: the messages that have come to the exception handler so far, which then
/// count as expected. Empty outside run_case() and with an exception handler of one's own.
std::vector<std::string> take_reports();

}  // namespace rill::testing
