// SPDX-License-Identifier: BSL-1.0
//
// A stream_reader against its model: ten thousand random scripts, from a fixed seed.
#include <cstddef>
#include <random>
#include <string>

#include "streams/reader_script.hpp"
#include "support/catch.hpp"

TEST_CASE("a reader agrees with its model in random scripts", "[stream_reader]") {
  rill::testing::step_loop steps;
  std::mt19937 random(20);
  for (int i = 0; i < 10'000; ++i) {
    std::string script(1 + random() % 120, '\0');
    for (char& byte : script) byte = static_cast<char>(random() % 256);
    INFO("script " << i << " of seed 20");
    const std::string complaint = rill_test::reader_script(steps, script).play();
    REQUIRE(complaint == "");
  }
}
