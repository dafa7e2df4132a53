// SPDX-License-Identifier: BSL-1.0
#include <sys/socket.h>
#include <sys/types.h>

#include <string>

#include "rill/streams/connection.hpp"
#include "support/coroutine_case.hpp"

// Each send into a SOCK_SEQPACKET socket is a record of its own for whoever receives.
RILL_IO_TEST_CASE("a turn's writes leave in one system call", "[stream_writer]") {
  int handles[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, handles) == 0);
  rill::connection sender(rill::socket::adopt(handles[0]));
  const rill::socket receiver = rill::socket::adopt(handles[1]);
  const auto record = [&receiver]() -> std::string {
    char room[100];
    const ssize_t size = ::recv(static_cast<int>(receiver.native()), room, sizeof room, 0);
    return size < 0 ? "none" : std::string(room, static_cast<std::size_t>(size));
  };
  for (int i = 0; i < 10; ++i) sender.writer.write(std::to_string(i));
  co_await sender.writer.flush();
  CHECK(record() == "0123456789");
  CHECK(record() == "none");
  for (const char* const turn : {"one", "two"}) {
    sender.writer.write(turn);
    co_await sender.writer.flush();
  }
  CHECK(record() == "one");
  CHECK(record() == "two");
  CHECK(record() == "none");
}
