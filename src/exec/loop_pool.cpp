// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/loop_pool.hpp"

#include <string>
#include <utility>

#include "base/host.hpp"
#include "base/quiet_thread.hpp"

namespace rill {

loop_pool::loop_pool(loop_pool_options options) {
  std::size_t count = options.loops;
  if (count == 0) count = detail::usable_processors();
  loops_.reserve(count);
  for (std::size_t each = 0; each < count; ++each) {
    const std::string name = detail::thread_name(std::string(options.name), each);
    loops_.emplace_back(loop_thread_options{.name = name, .backend = options.backend});
  }
}

loop_pool::loop_pool(loop_pool&& other) noexcept : loops_(std::move(other.loops_)) {}

void loop_pool::stop() {
  detail::refuse_blocking_call();
  for (loop_thread& each : loops_) each.request_stop();
  for (loop_thread& each : loops_) each.stop();
}

coro<> loop_pool::aclose() {
  for (loop_thread& each : loops_) each.request_stop();
  for (loop_thread& each : loops_) co_await each.aclose();
}

}  // namespace rill
