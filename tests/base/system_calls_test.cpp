// SPDX-License-Identifier: BSL-1.0
#include "base/system_calls.hpp"

#include <fcntl.h>

#include <cerrno>

#include "support/catch.hpp"

namespace {

using rill::detail::current_system_calls;
using rill::detail::system_calls;
using rill::detail::system_calls_restorer;

ssize_t interrupted_read(int /*handle*/, void* /*data*/, size_t /*size*/) {
  errno = EINTR;
  return -1;
}

TEST_CASE("the table calls the system") {
  int ends[2];
  REQUIRE(system_calls().socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  CHECK(system_calls().send(ends[0], "abc", 3, MSG_NOSIGNAL) == 3);
  char text[8];
  CHECK(system_calls().recv(ends[1], text, sizeof text, 0) == 3);
  CHECK(system_calls().fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
  CHECK((system_calls().fcntl(ends[0], F_GETFL, 0) & O_NONBLOCK) != 0);
  CHECK(system_calls().recv(ends[0], text, sizeof text, 0) == -1);
  CHECK(errno == EAGAIN);
  CHECK(system_calls().close(ends[0]) == 0);
  CHECK(system_calls().close(ends[1]) == 0);
}

TEST_CASE("a test replaces a call, and the restorer puts it back") {
  const auto before = system_calls().read;
  {
    const system_calls_restorer restorer;
    current_system_calls.read = interrupted_read;
    errno = 0;
    CHECK(system_calls().read(0, nullptr, 0) == -1);
    CHECK(errno == EINTR);
  }
  CHECK(system_calls().read == before);
}

}  // namespace
