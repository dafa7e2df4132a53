// SPDX-License-Identifier: BSL-1.0
//
// The blocks of a thread that ends. Not on Windows: thread-locals that the compiler emulates have
// gone before the destructors of others run (docs/design/iocp.md).
#include <thread>
#include <vector>

#include "rill/base/config.hpp"
#include "rill/core/detail/frame_pool.hpp"
#include "support/allocation_counter.hpp"
#include "support/catch.hpp"
#include "support/skip.hpp"

using rill::detail::pool_allocate;
using rill::detail::pool_deallocate;

namespace {

constexpr std::size_t late_size = 1000;

// Made before a thread's first block, so it goes when the thread has given back what it held.
struct late_user {
  ~late_user() { pool_deallocate(pool_allocate(late_size), late_size); }
};

}  // namespace

TEST_CASE("a thread that uses blocks while it ends keeps none", "[frame_pool]") {
  if (RILL_ASAN != 0 || !rill_test::counts_allocations()) {
    rill_test::skip("there is no pool here, or nothing counts");
    return;
  }
  std::vector<void*> blocks(95);
  for (void*& block : blocks) block = pool_allocate(late_size);
  std::jthread([&] {
    for (void* const block : blocks) pool_deallocate(block, late_size);
  }).join();
  std::jthread([] {
    static thread_local late_user user;
    static_cast<void>(&user);
    pool_deallocate(pool_allocate(48), 48);
  }).join();
  const std::size_t before = rill_test::allocation_count();
  for (void*& block : blocks) block = pool_allocate(late_size);
  CHECK(rill_test::allocation_count() == before);
  for (void* const block : blocks) pool_deallocate(block, late_size);
}
