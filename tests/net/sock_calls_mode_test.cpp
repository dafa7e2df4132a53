// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>

#include "rill/core/errors.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/net/sock_calls.hpp"
#include "support/coroutine_case.hpp"
#include "support/socket_pair.hpp"

namespace {

using rill_test::connected_pair;
using rill_test::make_pair;

rill::event_loop& loop() { return rill::event_loop::running(); }

}  // namespace

RILL_IO_TEST_CASE("a blocking socket is refused in debug mode", "[sock_calls]") {
  connected_pair pair = co_await make_pair();
  const int number = static_cast<int>(pair.client.native());
  ::fcntl(number, F_SETFL, ::fcntl(number, F_GETFL, 0) & ~O_NONBLOCK);
  loop().set_debug(true);
  CHECK_THROWS_AS(rill::sock_recv(loop(), pair.client.native(), 1), rill::usage_error);
  loop().set_debug(false);
}
