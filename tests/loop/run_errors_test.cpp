// SPDX-License-Identifier: BSL-1.0
#include "rill/loop/run_errors.hpp"

#include <string>
#include <type_traits>

#include "support/catch.hpp"

TEST_CASE("the errors of runs are ordinary exceptions with a text", "[run_errors]") {
  static_assert(std::is_base_of_v<std::runtime_error, rill::interrupted_error>);
  static_assert(std::is_base_of_v<std::runtime_error, rill::deadlock_error>);
  CHECK(std::string(rill::interrupted_error().what()) == "rill: interrupted");
  CHECK(std::string(rill::deadlock_error("who waits").what()) == "who waits");
}
