// SPDX-License-Identifier: BSL-1.0
//
// What a job does to its arguments nobody else would see.
// expect: the worker has copies of the arguments
#include <string>

#include "rill/exec/process_pool_executor.hpp"

#if defined(RILL_MUST_FAIL)
inline void work(std::string& name) { static_cast<void>(name); }
inline void start(rill::process_pool_executor& pool) {
  static_cast<void>(pool.submit<&work>("name"));
}
#else
inline void work(const std::string& name) { static_cast<void>(name); }
inline void start(rill::process_pool_executor& pool) {
  static_cast<void>(pool.submit<&work>("name"));
}
#endif
