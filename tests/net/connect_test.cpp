// SPDX-License-Identifier: BSL-1.0
#include "rill/net/connect.hpp"

#include <string>
#include <system_error>
#include <vector>

#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/socket_pair.hpp"

RILL_IO_TEST_CASE("the first address that answers is taken", "[connect]") {
  rill::socket_address closed;
  {
    const rill::socket listener = rill_test::listening();
    closed = listener.local_address();
  }
  const rill::socket listener = rill_test::listening();
  const std::vector<rill::socket_address> addresses{closed, listener.local_address()};
  const rill::socket connected = co_await rill::connect_tcp(addresses);
  CHECK(connected.peer_address() == listener.local_address());
}

RILL_IO_TEST_CASE("when none answers, every attempt is told", "[connect]") {
  rill::socket_address closed;
  {
    const rill::socket listener = rill_test::listening();
    closed = listener.local_address();
  }
  std::size_t attempts = 0;
  std::error_code code;
  try {
    const std::vector<rill::socket_address> addresses{closed, closed};
    const rill::socket none = co_await rill::connect_tcp(addresses);
  } catch (const rill::connect_error& error) {
    attempts = error.attempts().size();
    code = error.code();
  }
  CHECK(attempts == 2);
  CHECK(code == std::errc::connection_refused);
}
