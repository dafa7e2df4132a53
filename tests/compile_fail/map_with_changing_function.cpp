// SPDX-License-Identifier: BSL-1.0
//
// map() shares its function among threads; one that changes what it holds would be a race.
// expect: callable as const
#include <vector>

#include "rill/exec/thread_pool_executor.hpp"

void number_all(rill::thread_pool_executor& pool, const std::vector<int>& given) {
#if defined(RILL_MUST_FAIL)
  auto number = [count = 0](int value) mutable { return value + count++; };
#else
  const auto number = [count = 1](int value) { return value + count; };
#endif
  const auto results = pool.map(number, given);
}
