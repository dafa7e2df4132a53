// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/remote_error.hpp"

#include <string>

#include "support/catch.hpp"

TEST_CASE("a remote error tells type and message", "[process]") {
  const rill::remote_error error("app::bad_row", "row 3");
  CHECK(error.type_name() == "app::bad_row");
  CHECK(error.message() == "row 3");
  CHECK(std::string(error.what()) == "app::bad_row: row 3");
}
