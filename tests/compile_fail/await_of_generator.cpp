// SPDX-License-Identifier: BSL-1.0
// A generator is stepped, never awaited. Listings N22, R3.1-aux.
// expect: await_ready
#include "rill/core/async_generator.hpp"
#include "rill/core/coro.hpp"

namespace {

rill::async_generator<int> numbers() { co_yield 1; }

rill::coro<> use() {
  auto all = numbers();
#ifdef RILL_MUST_FAIL
  co_await all;
#else
  co_await all.aclose();
#endif
}

}  // namespace

int main() { static_cast<void>(use()); }
