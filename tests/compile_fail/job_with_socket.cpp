// SPDX-License-Identifier: BSL-1.0
//
// What cannot be saved cannot be sent.
// expect: this type cannot be sent to a worker process
#include <memory>
#include <string>

#include "rill/exec/process_pool_executor.hpp"

struct handle {
  int number = -1;
};

#if defined(RILL_MUST_FAIL)
inline void work(std::unique_ptr<handle> name) { static_cast<void>(name); }
inline void start(rill::process_pool_executor& pool) {
  static_cast<void>(pool.submit<&work>(std::make_unique<handle>()));
}
#else
inline void work(std::string name) { static_cast<void>(name); }
inline void start(rill::process_pool_executor& pool) {
  static_cast<void>(pool.submit<&work>("name"));
}
#endif
