// SPDX-License-Identifier: BSL-1.0
//
// A pointer means nothing in another process.
// expect: a pointer means nothing in another process; send the value
#include <string>

#include "rill/exec/process_pool_executor.hpp"

#if defined(RILL_MUST_FAIL)
inline void work(const char* name) { static_cast<void>(name); }
inline void start(rill::process_pool_executor& pool) {
  static_cast<void>(pool.submit<&work>("name"));
}
#else
inline void work(std::string name) { static_cast<void>(name); }
inline void start(rill::process_pool_executor& pool) {
  static_cast<void>(pool.submit<&work>("name"));
}
#endif
