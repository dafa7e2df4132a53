// SPDX-License-Identifier: BSL-1.0
#include "rill/base/config.hpp"

#include "support/catch.hpp"

namespace {

RILL_NOINLINE int out_of_line(int value) { return value + 1; }
RILL_ALWAYS_INLINE int in_line(int value) { return value + 2; }
RILL_COLD int rarely(int value) { return value + 3; }
struct publisher {
  RILL_PUBLISHING int await_suspend(int value) const { return value + 4; }
};

struct nothing {};
struct with_nothing {
  RILL_NO_UNIQUE_ADDRESS nothing first;
  int second = 0;
};

TEST_CASE("exactly one compiler is named, with its version") {
  STATIC_REQUIRE(RILL_GCC + RILL_CLANG == 1);
  STATIC_REQUIRE((RILL_GCC_MAJOR >= 12 || RILL_CLANG_MAJOR >= 17));
  STATIC_REQUIRE((RILL_GCC_MAJOR == 0 || RILL_CLANG_MAJOR == 0));
}

TEST_CASE("only GCC 12 is known for broken frames") {
  STATIC_REQUIRE(RILL_GCC_BROKEN_FRAMES == (RILL_GCC_MAJOR == 12 ? 1 : 0));
}

TEST_CASE("at most one platform is named") {
  STATIC_REQUIRE(RILL_LINUX + RILL_APPLE + RILL_WINDOWS <= 1);
}

TEST_CASE("macros that are switches are 0 or 1") {
  STATIC_REQUIRE((RILL_ASAN == 0 || RILL_ASAN == 1));
  STATIC_REQUIRE((RILL_TSAN == 0 || RILL_TSAN == 1));
  STATIC_REQUIRE((RILL_DEBUG_CHECKS == 0 || RILL_DEBUG_CHECKS == 1));
  STATIC_REQUIRE((RILL_PERTURB_ATOMICS == 0 || RILL_PERTURB_ATOMICS == 1));
}

TEST_CASE("functions can carry the attributes") {
  CHECK(out_of_line(1) == 2);
  CHECK(in_line(1) == 3);
  CHECK(rarely(1) == 4);
  CHECK(publisher().await_suspend(1) == 5);
}

TEST_CASE("an empty member takes no room") { STATIC_REQUIRE(sizeof(with_nothing) == sizeof(int)); }

}  // namespace
