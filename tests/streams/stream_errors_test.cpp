// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/stream_errors.hpp"

#include <stdexcept>
#include <string>

#include "support/catch.hpp"

TEST_CASE("an incomplete read tells what had come and what was asked for", "[stream_errors]") {
  const rill::incomplete_read_error error("abc", 10);
  CHECK(error.partial() == "abc");
  CHECK(error.expected() == 10U);
  CHECK(std::string(error.what()).find("10") != std::string::npos);
  const rill::incomplete_read_error unknown("", std::nullopt);
  CHECK(!unknown.expected());
}

TEST_CASE("an overrun tells how much may be skipped", "[stream_errors]") {
  const rill::limit_overrun_error error("too long", 7);
  CHECK(error.consumed() == 7);
  const std::length_error& base = error;
  CHECK(std::string(base.what()) == "too long");
}
