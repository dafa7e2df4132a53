// SPDX-License-Identifier: BSL-1.0
#include "rill/base/native_handle.hpp"

#include <fcntl.h>

#include <type_traits>

#include "base/system_calls.hpp"
#include "support/catch.hpp"
#include "support/open_descriptors.hpp"

namespace {

TEST_CASE("a native handle is an integer that holds descriptors and pointers") {
  STATIC_REQUIRE(std::is_integral_v<rill::native_handle>);
  STATIC_REQUIRE(std::is_signed_v<rill::native_handle>);
  STATIC_REQUIRE(sizeof(rill::native_handle) >= sizeof(int));
  STATIC_REQUIRE(sizeof(rill::native_handle) >= sizeof(void*));
}

TEST_CASE("no handle is not a descriptor") { STATIC_REQUIRE(rill::invalid_handle < 0); }

TEST_CASE("the tests' count of handles knows one more from one less") {
  const rill::detail::system_call_table& system = rill::detail::system_calls();
  const int before = rill_test::open_descriptors();
  CHECK(before > 0);
  int ends[2];
  REQUIRE(system.pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
  CHECK(rill_test::open_descriptors() == before + 2);
  system.close(ends[0]);
  CHECK(rill_test::open_descriptors() == before + 1);
  system.close(ends[1]);
  CHECK(rill_test::open_descriptors() == before);
}

}  // namespace
