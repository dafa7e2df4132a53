// SPDX-License-Identifier: BSL-1.0
#include "rill/core/errors.hpp"

#include <exception>
#include <string>
#include <type_traits>

#include "support/catch.hpp"

TEST_CASE("a cancellation is no std::exception", "[errors]") {
  static_assert(!std::is_base_of_v<std::exception, rill::cancelled_error>);
  bool swallowed = false;
  bool seen = false;
  try {
    try {
      throw rill::cancelled_error("stop");
    } catch (const std::exception&) {
      swallowed = true;
    }
  } catch (const rill::cancelled_error& error) {
    seen = error.reason() == "stop";
  }
  CHECK(!swallowed);
  CHECK(seen);
}

TEST_CASE("the reason of a cancellation is copied and shared", "[errors]") {
  rill::cancelled_error copy;
  CHECK(copy.reason().empty());
  {
    const rill::cancelled_error first(std::string(200, 'x'));
    copy = first;
  }
  CHECK(copy.reason() == std::string(200, 'x'));
}

TEST_CASE("the other errors are ordinary exceptions with a text", "[errors]") {
  static_assert(std::is_base_of_v<std::runtime_error, rill::timeout_error>);
  static_assert(std::is_base_of_v<std::logic_error, rill::invalid_state_error>);
  static_assert(std::is_base_of_v<std::logic_error, rill::usage_error>);
  CHECK(std::string(rill::timeout_error().what()).find("time limit") != std::string::npos);
  CHECK(std::string(rill::timeout_error("mine").what()) == "mine");
  CHECK_THROWS_WITH(rill::detail::throw_usage("rill: do so"), "rill: do so");
  CHECK_THROWS_AS(rill::detail::throw_invalid_state("rill: early"), rill::invalid_state_error);
}
