// SPDX-License-Identifier: BSL-1.0
// The channel to a worker where that is a socket; process_channel_test.cpp has the one of Windows.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <string>

#include "base/system_calls.hpp"
#include "exec/channel_ends.hpp"
#include "support/catch.hpp"

using namespace rill::detail;
using rill_test::channel_ends;

TEST_CASE("a wait ends with its time, and with the process it waits for", "[process]") {
  channel_ends wire;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  wire.there.watch(ends[0]);
  wire.there.set_deadline(process_channel::clock::now() + std::chrono::milliseconds(5));
  CHECK_THROWS_AS(wire.in.begin(), wire_late);
  wire.there.set_deadline(process_channel::clock::time_point::max());
  wire.out.write_number(5);
  wire.out.end();
  ::close(ends[1]);  // the process is dead, what it sent is still read
  wire.in.begin();
  CHECK(wire.in.read_number<int>() == 5);
  wire.in.finish();
  CHECK_THROWS_AS(wire.in.begin(), wire_closed);
  ::close(ends[0]);
}

TEST_CASE("calls that are interrupted or do only a part go on", "[process]") {
  const system_calls_restorer restorer;
  static int turn = 0;
  turn = 0;
  current_system_calls.sendmsg = [](int handle, const msghdr* message, int flags) -> ssize_t {
    if (++turn % 2 == 0) {
      errno = EINTR;
      return -1;
    }
    iovec part = message->msg_iov[0];
    if (part.iov_len == 0) part = message->msg_iov[1];
    part.iov_len = std::min<std::size_t>(part.iov_len, 3);
    msghdr less = *message;
    less.msg_iov = &part;
    less.msg_iovlen = 1;
    return ::sendmsg(handle, &less, flags);
  };
  current_system_calls.recvmsg = [](int handle, msghdr* message, int flags) -> ssize_t {
    if (++turn % 3 == 0) {
      errno = EINTR;
      return -1;
    }
    message->msg_iov->iov_len = 1;
    return ::recvmsg(handle, message, flags);
  };
  channel_ends wire;
  wire.out.write_text("in small pieces");
  wire.out.end();
  wire.in.begin();
  CHECK(wire.in.read_text() == "in small pieces");
  wire.in.finish();
}
