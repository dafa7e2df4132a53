// SPDX-License-Identifier: BSL-1.0
// The errors of executors.
#pragma once

#include <stdexcept>
#include <string>

#include "rill/core/errors.hpp"

namespace rill {

// [executor_shut_down]
/// A job was given to an executor that takes no more. asyncio: RuntimeError("cannot schedule new
/// futures after shutdown").
class executor_shut_down : public usage_error {
 public:
  executor_shut_down();
  using usage_error::usage_error;
};
// [/executor_shut_down]

// [broken_executor]
/// An executor cannot go on: the jobs that it has fail with this, and it takes no more. asyncio:
/// BrokenExecutor.
class broken_executor : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
// [/broken_executor]

// [broken_thread_pool]
/// The initializer of a thread pool has thrown. asyncio: BrokenThreadPool. The initializer's own
/// error is in the text.
class broken_thread_pool : public broken_executor {
 public:
  using broken_executor::broken_executor;
};
// [/broken_thread_pool]

// [broken_process_pool]
/// A worker process has ended before its job had. asyncio: BrokenProcessPool.
class broken_process_pool : public broken_executor {
 public:
  using broken_executor::broken_executor;
};
// [/broken_process_pool]

}  // namespace rill
