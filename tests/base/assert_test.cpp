// SPDX-License-Identifier: BSL-1.0
#include "rill/base/assert.hpp"

#include <cstdio>

#include "support/catch.hpp"
#include "support/death.hpp"

namespace {

using rill_test::death;
using rill_test::die_in;

void own_handler(const char* /*file*/, int /*line*/, const char* condition, const char* advice) {
  std::fprintf(stderr, "own: %s | %s\n", condition, advice);
}

TEST_CASE("a check that holds does nothing") {
  int evaluated = 0;
  RILL_CHECK(++evaluated == 1, "count");
  CHECK(evaluated == 1);
}

TEST_CASE("a check that fails ends the program and says what to do") {
  const death end = die_in([] {
    const int size = 3;
    RILL_CHECK(size == 0, "empty it first");
  });
  CHECK(end.says("rill: empty it first"));
  CHECK(end.says("size == 0"));
  CHECK(end.says("assert_test.cpp"));
}

TEST_CASE("an assertion is evaluated in debug builds only") {
  int evaluated = 0;
  RILL_ASSERT(++evaluated == 1, "count");
  CHECK(evaluated == RILL_DEBUG_CHECKS);
}

TEST_CASE("an assertion that fails ends the program in debug builds only") {
  const death end = die_in([] { RILL_ASSERT(false, "do better"); });
  CHECK(end.aborted == (RILL_DEBUG_CHECKS == 1));
}

TEST_CASE("the handler can be replaced and put back") {
  const rill::assertion_handler standard = rill::set_assertion_handler(own_handler);
  CHECK(standard != nullptr);
  const death end = die_in([] { RILL_CHECK(1 > 2, "count again"); });
  CHECK(end.says("own: 1 > 2 | count again"));
  CHECK_FALSE(end.says("rill:"));
  CHECK(rill::set_assertion_handler(nullptr) == own_handler);
  CHECK(rill::set_assertion_handler(standard) == standard);
}

TEST_CASE("a condition may be anything that converts to bool") {
  const int number = 7;
  const int* const address = &number;
  RILL_CHECK(address, "point somewhere");
  RILL_ASSERT(address, "point somewhere");
  SUCCEED();
}

}  // namespace
