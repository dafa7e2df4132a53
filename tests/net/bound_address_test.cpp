// SPDX-License-Identifier: BSL-1.0
#include <sys/socket.h>

#include <random>
#include <string>
#include <vector>

#include "base/system_calls.hpp"
#include "base/system_numbers.hpp"
#include "net/sockaddr.hpp"
#include "support/catch.hpp"

namespace {

using rill::socket_address;
using rill::detail::from_native;
using rill::detail::native_address;
using rill::detail::native_family;
using rill::detail::system_calls;
using rill::detail::system_numbers;
using rill::detail::to_native;

TEST_CASE("the system binds to an address and tells it back") {
  std::vector<std::string> texts{"127.0.0.1:0"};
  if (system_numbers::abstract_names) {
    texts.push_back("@rill-sockaddr-test-" + std::to_string(std::random_device()()));
  }
  for (const std::string& text : texts) {
    INFO(text);
    const socket_address address = socket_address::parse(text);
    const native_address native = to_native(address);
    const int type = SOCK_STREAM | system_numbers::not_inherited;
    const int handle = system_calls().socket(native_family(address), type, 0);
    REQUIRE(handle >= 0);
    CHECK(system_calls().bind(handle, native.data(), native.size) == 0);
    native_address bound;
    bound.size = native_address::capacity;
    CHECK(system_calls().getsockname(handle, bound.data(), &bound.size) == 0);
    socket_address told = from_native(bound);
    if (told.is_ip()) {
      CHECK(told.port() != 0);
      told.set_port(0);
    }
    CHECK(told == address);
    CHECK(system_calls().close(handle) == 0);
  }
}

}  // namespace
