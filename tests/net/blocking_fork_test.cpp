// SPDX-License-Identifier: BSL-1.0
//
// A fork copies no threads: calls that block are made by new ones in the child.
#include "net/blocking_pool.hpp"
#include "rill/base/config.hpp"
#include "rill/loop/runner.hpp"
#include "support/catch.hpp"
#include "support/child_process.hpp"
#include "support/skip.hpp"

using rill::detail::begun_call;
using rill::detail::blocking_pool;

namespace {

rill::coro<int> call(blocking_pool& pool, int value) {
  const auto give = [value] { return value; };
  return rill::detail::run_blocking(pool, begun_call::left, "test", give);
}

}  // namespace

TEST_CASE("a child of a fork has calls made by threads of its own", "[blocking_pool]") {
  if (RILL_TSAN != 0) {
    rill_test::skip("ThreadSanitizer ends a child of a fork that starts a thread");
    return;
  }
  blocking_pool pool(1);
  CHECK(rill::run(call(pool, 5)) == 5);
  const auto child = rill_test::run_in_child([&pool] { return rill::run(call(pool, 7)); });
  CHECK(child.exit_code == 7);
  CHECK(rill::run(call(pool, 6)) == 6);
}
