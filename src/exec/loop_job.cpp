// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/detail/loop_job.hpp"

#include <memory>

#include "rill/exec/thread_pool_executor.hpp"
#include "rill/loop/event_loop.hpp"

namespace rill::detail {

executor& default_executor_here() {
  event_loop& loop = event_loop::running();
  std::shared_ptr<default_executor> pool = loop.get_default_executor();
  if (pool == nullptr) {
    pool = std::make_shared<thread_pool_executor>(thread_pool_options{.name = "rill-default"});
    loop.set_default_executor(pool);
  }
  return *pool;  // the loop has it
}

}  // namespace rill::detail
