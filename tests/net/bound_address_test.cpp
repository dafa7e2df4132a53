// SPDX-License-Identifier: BSL-1.0
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "net/sockaddr.hpp"
#include "support/catch.hpp"

namespace {

using rill::socket_address;
using rill::detail::from_native;
using rill::detail::native_address;
using rill::detail::native_family;
using rill::detail::to_native;

TEST_CASE("the system binds to an address and tells it back") {
  const std::string abstract = "@rill-sockaddr-test-" + std::to_string(::getpid());
  for (const std::string& text : {std::string("127.0.0.1:0"), abstract}) {
    const socket_address address = socket_address::parse(text);
    const native_address native = to_native(address);
    const int handle = ::socket(native_family(address), SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(handle >= 0);
    CHECK(::bind(handle, native.data(), native.size) == 0);
    native_address bound;
    bound.size = native_address::capacity;
    CHECK(::getsockname(handle, bound.data(), &bound.size) == 0);
    socket_address told = from_native(bound);
    if (told.is_ip()) {
      CHECK(told.port() != 0);
      told.set_port(0);
    }
    CHECK(told == address);
    ::close(handle);
  }
}

}  // namespace
