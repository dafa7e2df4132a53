// SPDX-License-Identifier: BSL-1.0
#include "rill/net/write_limits.hpp"

#include <stdexcept>

#include "support/catch.hpp"

TEST_CASE("without marks there are 64 and 16 KiB", "[write_limits]") {
  const rill::write_limits limits = rill::write_limits::of({}, {});
  CHECK(limits.high == 64 * 1024);
  CHECK(limits.low == 16 * 1024);
}

TEST_CASE("a mark alone gives the other", "[write_limits]") {
  const rill::write_limits by_high = rill::write_limits::of(1000, {});
  CHECK(by_high.high == 1000);
  CHECK(by_high.low == 250);
  const rill::write_limits by_low = rill::write_limits::of({}, 1000);
  CHECK(by_low.high == 4000);
  CHECK(by_low.low == 1000);
  const rill::write_limits none = rill::write_limits::of(0, {});
  CHECK(none.high == 0);
  CHECK(none.low == 0);
  const rill::write_limits huge = rill::write_limits::of({}, static_cast<std::size_t>(-1));
  CHECK(huge.high == static_cast<std::size_t>(-1));
}

TEST_CASE("a low mark above the high one is refused", "[write_limits]") {
  CHECK_THROWS_AS(rill::write_limits::of(10, 11), std::invalid_argument);
  CHECK(rill::write_limits::of(10, 10).low == 10);
}
