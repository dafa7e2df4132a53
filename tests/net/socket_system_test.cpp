// SPDX-License-Identifier: BSL-1.0
//
// Sockets whose calls are interrupted or find no descriptor left.
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

#include "base/system_calls.hpp"
#include "rill/net/socket.hpp"
#include "support/coroutine_case.hpp"
#include "support/descriptor_limit.hpp"
#include "support/socket_pair.hpp"

namespace {

using rill_test::connect_to;
using rill_test::connected_pair;
using rill_test::listening;
using rill_test::make_pair;

}  // namespace

RILL_IO_TEST_CASE("an interrupted system call is repeated", "[socket]") {
  connected_pair pair = co_await make_pair();
  const rill::detail::system_calls_restorer restorer;
  static int interruptions;
  interruptions = 3;
  rill::detail::current_system_calls.recv = [](int handle, void* data, std::size_t size,
                                               int flags) -> ssize_t {
    if (interruptions-- > 0) {
      errno = EINTR;
      return -1;
    }
    return ::recv(handle, data, size, flags);
  };
  co_await pair.client.send_all("through");
  std::array<char, 16> buffer{};
  const std::size_t count = co_await pair.server.recv(buffer);
  CHECK(std::string(buffer.data(), count) == "through");
}

RILL_IO_TEST_CASE("accepting without descriptors is an error that loses no connection",
                  "[socket]") {
  if (rill_test::needs_descriptors()) co_return;
  rill_test::descriptor_limit limit;
  rill::socket listener = listening();
  rill::socket client;
  co_await connect_to(client, listener.local_address());
  limit.exhaust();
  for (int i = 0; i < 3; ++i) {
    std::error_code code;
    try {
      const rill::socket none = co_await listener.accept();
      CHECK(!none);
    } catch (const std::system_error& error) {
      code = error.code();
    }
    CHECK(code == std::errc::too_many_files_open);
  }
  limit.relieve();
  const rill::socket server = co_await listener.accept();
  CHECK(server.peer_address() == client.local_address());
}
