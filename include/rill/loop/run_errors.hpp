// SPDX-License-Identifier: BSL-1.0
// The exceptions of the loop layer.
#pragma once

#include <stdexcept>

namespace rill {

// [interrupted_error]
/// Thrown by run() and runner when Ctrl-C (SIGINT) has cancelled the main task. asyncio:
/// KeyboardInterrupt.
class interrupted_error : public std::runtime_error {
 public:
  interrupted_error() : std::runtime_error("rill: interrupted") {}
};
// [/interrupted_error]

// [deadlock_error]
/// Thrown out of a run on a virtual clock when every task waits and nothing can ever wake one. The
/// text names each task and where it awaits.
class deadlock_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
// [/deadlock_error]

}  // namespace rill
