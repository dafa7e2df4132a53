// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/process_worker_main.hpp"

#include <unistd.h>

#include <cstdlib>

#include "support/catch.hpp"
#include "support/child_process.hpp"

// The main() of these tests has called it already.
TEST_CASE("in an ordinary process the call does nothing", "[process]") {
  rill::process_worker_main();
  CHECK(::getenv("RILL_WORKER") == nullptr);
}

TEST_CASE("a process that no pool has started, but that is told so, ends", "[process]") {
  const auto end = rill_test::run_in_child([] {
    ::setenv("RILL_WORKER", "j1", 1);
    rill::process_worker_main();
    return 1;
  });
  CHECK(end.exit_code == 0);
}
