// SPDX-License-Identifier: BSL-1.0
//
// The outcome of a task is its coroutine's.
// expect: deleted
#include "rill/core/future.hpp"
#include "rill/core/task.hpp"

#if defined(RILL_MUST_FAIL)
inline void set(const rill::task<int>& number) { number.set_result(1); }
#else
inline void set(const rill::future<int>& number) { number.set_result(1); }
#endif
