// SPDX-License-Identifier: BSL-1.0
#include <net/if.h>

#include <string>

#include "rill/net/ip_address.hpp"
#include "support/catch.hpp"

TEST_CASE("a zone may be the name of an interface") {
  char name[IF_NAMESIZE] = {};
  REQUIRE(::if_indextoname(1, name) != nullptr);
  CHECK(rill::ipv6_address::parse(std::string("fe80::1%") + name).scope_id() == 1);
}
