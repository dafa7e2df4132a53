// SPDX-License-Identifier: BSL-1.0
#include "rill/base/error.hpp"

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include "base/system_errors.hpp"
#include "support/catch.hpp"

namespace {

using namespace rill::detail;

TEST_CASE("a system error carries the system's number and the text") {
  try {
    throw_system_error(ECONNREFUSED, "connect to 127.0.0.1:1");
    FAIL("nothing was thrown");
  } catch (const std::system_error& error) {
    CHECK(error.code().value() == ECONNREFUSED);
    CHECK(error.code().category() == system_errors());
    CHECK(error.code() == std::errc::connection_refused);
    CHECK(std::string(error.what()).find("connect to 127.0.0.1:1") == 0);
  }
}

TEST_CASE("a text may be made on the spot") {
  const std::string name = "host";
  CHECK_THROWS_AS(throw_system_error(EMFILE, "open " + name), std::system_error);
}

TEST_CASE("bad values and bad use are different errors") {
  CHECK_THROWS_AS(throw_invalid_argument("port 70000"), std::invalid_argument);
  CHECK_THROWS_WITH(throw_invalid_argument("port 70000"), "port 70000");
  CHECK_THROWS_WITH(throw_logic_error("closed"), "closed");
  try {
    throw_logic_error("closed");
  } catch (const std::invalid_argument&) {
    FAIL("too precise");
  } catch (const std::logic_error&) {
    SUCCEED();
  }
}

}  // namespace
