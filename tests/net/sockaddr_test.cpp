// SPDX-License-Identifier: BSL-1.0
#include "net/sockaddr.hpp"

#include <netinet/in.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "base/system_numbers.hpp"
#include "support/catch.hpp"
#include "support/skip.hpp"

namespace {

using rill::address_family;
using rill::socket_address;
using rill::detail::from_native;
using rill::detail::native_address;
using rill::detail::native_family;
using rill::detail::to_native;

TEST_CASE("addresses survive the way to the system's structures and back") {
  const std::string longest(socket_address::max_path, 'p');
  for (const socket_address& address :
       {socket_address::parse("1.2.3.4:5678"), socket_address::parse("[2001:db8::1%9]:443"),
        socket_address::parse("/run/some.sock"), socket_address::unix_path(longest),
        socket_address::unix_unnamed()}) {
    CHECK(from_native(to_native(address)) == address);
    CHECK(to_native(address).storage.ss_family == native_family(address));
  }
  CHECK(to_native(socket_address()).size == 0);
  CHECK(native_family(socket_address()) == AF_UNSPEC);
}

TEST_CASE("names without a path do so where the system has such") {
  if (!rill::detail::system_numbers::abstract_names) {
    return rill_test::skip("this system has no Unix sockets without a path");
  }
  const std::string longest(socket_address::max_path, 'n');
  for (const socket_address& address : {socket_address::unix_abstract(std::string_view("a\0b", 3)),
                                        socket_address::unix_abstract(longest)}) {
    CHECK(from_native(to_native(address)) == address);
  }
}

TEST_CASE("a name without a path that is longer than any is none") {
  if (!rill::detail::system_numbers::abstract_names) {
    return rill_test::skip("this system has no Unix sockets without a path");
  }
  sockaddr_storage long_name{};
  long_name.ss_family = AF_UNIX;
  std::memset(reinterpret_cast<char*>(&long_name) + offsetof(sockaddr_un, sun_path) + 1, 'n',
              socket_address::max_path + 1);
  const std::size_t size = offsetof(sockaddr_un, sun_path) + 1 + socket_address::max_path;
  CHECK(from_native(&long_name, static_cast<socklen_t>(size)).is_abstract());
  CHECK(from_native(&long_name, static_cast<socklen_t>(size + 1)).family() == address_family::none);
}

TEST_CASE("the structures are filled as the system wants them") {
  const native_address native = to_native(socket_address::parse("1.2.3.4:258"));
  REQUIRE(native.size == sizeof(sockaddr_in));
  sockaddr_in in;
  std::memcpy(&in, &native.storage, sizeof in);
  CHECK(in.sin_family == AF_INET);
  CHECK(in.sin_port == htons(258));
  CHECK(in.sin_addr.s_addr == htonl(0x01020304));
}

TEST_CASE("an address cut short or of an unknown family is none") {
  const native_address v4 = to_native(socket_address::parse("1.2.3.4:5"));
  const native_address v6 = to_native(socket_address::parse("[::1]:5"));
  CHECK(from_native(v4.data(), v4.size - 1).family() == address_family::none);
  CHECK(from_native(v6.data(), v6.size - 5).family() == address_family::none);
  CHECK(from_native(v4.data(), 1).family() == address_family::none);
  CHECK(from_native(nullptr, 0).family() == address_family::none);
  sockaddr_storage other{};
  other.ss_family = AF_APPLETALK;
  CHECK(from_native(&other, sizeof other).family() == address_family::none);
}

TEST_CASE("paths that the system reports in odd lengths are read") {
  const socket_address address = socket_address::unix_path("/run/x");
  native_address native = to_native(address);
  CHECK(from_native(native.data(), native.size - 1) == address);  // no zero byte counted
  CHECK(from_native(native.data(), sizeof(sockaddr_un)) == address);
  CHECK(from_native(native.data(), offsetof(sockaddr_un, sun_path)) ==
        socket_address::unix_unnamed());
  sockaddr_un full{};
  full.sun_family = AF_UNIX;
  std::memset(full.sun_path, 'p', sizeof full.sun_path);
  CHECK(from_native(&full, sizeof full).family() == address_family::none);
}

TEST_CASE("an unaligned structure is read") {
  const native_address native = to_native(socket_address::parse("[::1]:80"));
  alignas(8) char room[1 + sizeof(sockaddr_in6)];
  std::memcpy(room + 1, native.data(), sizeof(sockaddr_in6));
  CHECK(from_native(room + 1, sizeof(sockaddr_in6)) == socket_address::parse("[::1]:80"));
}

}  // namespace
