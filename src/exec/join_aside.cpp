// SPDX-License-Identifier: BSL-1.0
#include "exec/join_aside.hpp"

#include <memory>
#include <system_error>
#include <utility>

#include "loop/left_threads.hpp"
#include "rill/exec/executor_future.hpp"

namespace rill::detail {

namespace {

/// The future of the call; the call was made already where there is no thread.
executor_future<> start_aside(unique_function<void()> join) {
  executor_promise<> promise;
  executor_future<> ended = promise.get_future();
  promise.begin();
  const auto shared = std::make_shared<unique_function<void()>>(std::move(join));
  try {
    run_left_alone("rill-join", [shared, promise = std::move(promise)]() mutable {
      (*shared)();
      promise.set_result();
    });
  } catch (const std::system_error&) {
    (*shared)();
    executor_promise<> done;
    done.begin();
    done.set_result();
    return done.get_future();
  }
  return ended;
}

}  // namespace

coro<> join_aside(unique_function<void()> join) {
  executor_future<> ended = start_aside(std::move(join));
  co_await std::move(ended);
}

}  // namespace rill::detail
