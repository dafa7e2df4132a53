// SPDX-License-Identifier: BSL-1.0
#include "rill/core/exception_context.hpp"

#include <stdexcept>

#include "rill/core/errors.hpp"
#include "support/catch.hpp"

TEST_CASE("exceptions are described by what they say", "[exception_context]") {
  CHECK(rill::describe_exception(std::make_exception_ptr(std::runtime_error("broken"))) ==
        "broken");
  CHECK(rill::describe_exception(std::make_exception_ptr(rill::cancelled_error())) == "cancelled");
  CHECK(rill::describe_exception(std::make_exception_ptr(rill::cancelled_error("why"))) ==
        "cancelled: why");
  CHECK(rill::describe_exception(std::make_exception_ptr(5)).find("not a std::exception") !=
        std::string::npos);
  CHECK(rill::describe_exception(nullptr) == "no exception");
}
