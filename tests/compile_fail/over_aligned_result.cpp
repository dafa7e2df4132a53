// SPDX-License-Identifier: BSL-1.0
//
// Compilers misplace over-aligned objects in frames.
// expect: results with extended alignment are not supported in coroutine frames
#include <memory>

#include "rill/core/coro.hpp"

struct alignas(64) wide {
  char bytes[64];
};

#if defined(RILL_MUST_FAIL)
inline rill::coro<wide> give() { co_return wide(); }
#else
inline rill::coro<std::unique_ptr<wide>> give() { co_return std::make_unique<wide>(); }
#endif
