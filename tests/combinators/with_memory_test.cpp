// SPDX-License-Identifier: BSL-1.0
//
// with() for want of memory, at each place where some is needed.
#include <cstddef>
#include <new>
#include <string>

#include "rill/combinators/with.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/allocation_counter.hpp"
#include "support/catch.hpp"

using rill::coro;

namespace {

// What takes part is larger than any block of the pools, so that each frame is an allocation.
struct ballast {
  char bytes[3000] = {};
};

struct session {
  int* open_sessions;
  ballast size{};

  coro<> open() {
    co_await rill::yield();
    ++*open_sessions;
  }
  coro<> close() {
    co_await rill::yield();
    --*open_sessions;
  }
};

coro<session> opened(int& open_sessions) {
  session made{&open_sessions};
  co_await rill::yield();
  ++open_sessions;
  co_return made;
}

coro<int> use(session& /*open*/) {
  co_await rill::yield();
  co_return 1;
}

/// Runs it with the n-th allocation failing, for each n, until none is left to fail. Counts how
/// often something stayed open although it was with() that needed the memory.
template <class Make>
int left_open_of(Make make) {
  int left_open = 0;
  for (std::size_t n = 0;; ++n) {
    int open_sessions = 0;
    bool failed = true;
    {
      rill::testing::step_loop steps;
      try {
        coro<int> running = make(open_sessions);
        auto task = steps.loop().create_task(std::move(running));
        task.add_done_callback([](const rill::any_future& done) {
          static_cast<void>(done.cancelled() || done.exception());  // looked at
        });
        const rill_test::failing_allocation one(n);
        steps.settle();
        failed = one.has_failed();
      } catch (const std::bad_alloc&) {  // told at once
      }
    }
    if (open_sessions != 0) ++left_open;
    if (!failed) return left_open;
    REQUIRE(n < 1000);
  }
}

}  // namespace

TEST_CASE("what with() has opened it closes, whatever memory is wanting", "[with]") {
  if (!rill_test::counts_allocations()) return;
  // The one frame that may be wanting behind the opening is that of the resource's own close().
  CHECK(left_open_of([](int& open) { return rill::with(session{&open}, use); }) <= 1);
  CHECK(left_open_of([](int& open) { return rill::with(opened(open), use); }) <= 1);
}
