// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/sync_errors.hpp"

#include <string>

#include "support/catch.hpp"

TEST_CASE("the errors of primitives are ordinary exceptions with a text", "[sync_errors]") {
  try {
    throw rill::broken_barrier_error();
  } catch (const std::runtime_error& error) {
    CHECK(std::string(error.what()).find("barrier is broken") != std::string::npos);
  }
}
