// SPDX-License-Identifier: BSL-1.0
#include "rill/core/await_site.hpp"

#include <string_view>

#include "support/catch.hpp"

TEST_CASE("an await site is one pointer and knows file and line", "[await_site]") {
  static_assert(sizeof(rill::await_site) == sizeof(void*));
  const rill::await_site here = rill::await_site::current();
  CHECK(std::string_view(here.file_name()).ends_with("await_site_test.cpp"));
  CHECK(here.line() == 10);
  CHECK(!std::string_view(here.function_name()).empty());
}
