// SPDX-License-Identifier: BSL-1.0
#include "rill/base/native_handle.hpp"

#include <type_traits>

#include "support/catch.hpp"

namespace {

TEST_CASE("a native handle is an integer that holds descriptors and pointers") {
  STATIC_REQUIRE(std::is_integral_v<rill::native_handle>);
  STATIC_REQUIRE(std::is_signed_v<rill::native_handle>);
  STATIC_REQUIRE(sizeof(rill::native_handle) >= sizeof(int));
  STATIC_REQUIRE(sizeof(rill::native_handle) >= sizeof(void*));
}

TEST_CASE("no handle is not a descriptor") { STATIC_REQUIRE(rill::invalid_handle < 0); }

}  // namespace
