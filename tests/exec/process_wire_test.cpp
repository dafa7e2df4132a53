// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/detail/process_wire.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/system_calls.hpp"
#include "exec/process_channel.hpp"
#include "support/catch.hpp"
#include "support/open_descriptors.hpp"

using namespace rill::detail;

namespace {

struct both_ends {
  both_ends() : both_ends(make_channel_pair()) {}
  explicit both_ends(channel_pair pair) : near(pair.own), far(pair.other), out(near), in(far) {}
  process_channel near;
  process_channel far;
  wire_writer out;
  wire_reader in;
};

}  // namespace

TEST_CASE("a message is read as it was written", "[process]") {
  both_ends wire;
  wire.out.write_number(7);
  wire.out.write_text("hello");
  wire.out.end();
  wire.out.write_number(8);
  wire.out.end();
  wire.in.begin();
  CHECK(wire.in.read_number<int>() == 7);
  CHECK(wire.in.read_text() == "hello");
  CHECK_THROWS_AS(wire.in.read_number<int>(), std::runtime_error);
  wire.in.finish();
  wire.in.begin();
  CHECK(wire.in.read_number<int>() == 8);
}

TEST_CASE("messages of every size around the buffers' arrive whole", "[process]") {
  both_ends wire;
  const std::vector<std::size_t> sizes{0,      1,      32'767, 32'768,  32'769, 65'531,
                                       65'532, 65'533, 65'536, 131'072, 500'000};
  std::thread writing([&] {
    for (const std::size_t size : sizes) {
      std::vector<unsigned char> data(size);
      std::iota(data.begin(), data.end(), static_cast<unsigned char>(size));
      wire.out.write_number(size);
      for (int i = 0; i < 3; ++i) wire.out.write(data.data(), data.size());
      wire.out.end();
    }
  });
  for (const std::size_t size : sizes) {
    wire.in.begin();
    REQUIRE(wire.in.read_number<std::size_t>() == size);
    std::vector<unsigned char> expected(size);
    std::iota(expected.begin(), expected.end(), static_cast<unsigned char>(size));
    for (int i = 0; i < 2; ++i) {
      std::vector<unsigned char> data(size);
      wire.in.read(data.data(), data.size());
      CHECK(data == expected);
    }
    wire.in.finish();  // the third is left unread
  }
  writing.join();
}

TEST_CASE("a message that is taken back is forgotten by its reader", "[process]") {
  both_ends wire;
  std::thread writing([&] {
    wire.out.write_number(1);
    const std::vector<char> much(200'000);
    wire.out.write(much.data(), much.size());
    wire.out.write_number(2);
    wire.out.take_back();
    wire.out.write_number(3);
    wire.out.end();
  });
  wire.in.begin();
  CHECK(wire.in.read_number<int>() == 1);
  CHECK_THROWS_AS(wire.in.finish(), wire_taken_back);
  wire.in.begin();
  CHECK(wire.in.read_number<int>() == 3);
  writing.join();
}

TEST_CASE("handles travel with their message, and none is left open", "[process]") {
  const int before = rill_test::open_descriptors();
  {
    both_ends wire;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const auto keep = std::make_shared<int>(0);
    for (int i = 0; i < 20; ++i) {
      wire.out.write_number(i);
      wire.out.attach(ends[1], keep);
    }
    CHECK(keep.use_count() > 1);
    wire.out.end();
    CHECK(keep.use_count() == 1);
    ::close(ends[1]);
    wire.in.begin();
    for (int i = 0; i < 18; ++i) {
      CHECK(wire.in.read_number<int>() == i);
      const rill::native_handle handle = wire.in.take_handle();
      CHECK(::write(static_cast<int>(handle), "x", 1) == 1);
      close_handle(handle);
    }
    wire.in.finish();
    CHECK_THROWS_AS(wire.in.take_handle(), std::runtime_error);
    std::string got(100, ' ');
    CHECK(::read(ends[0], got.data(), got.size()) == 18);
    CHECK(::read(ends[0], got.data(), got.size()) == 0);
    ::close(ends[0]);
  }
  CHECK(rill_test::open_descriptors() == before);
}

TEST_CASE("the end of the other side is seen on both ways", "[process]") {
  both_ends wire;
  wire.far.close();
  wire.out.write_number(1);
  CHECK_THROWS_AS(wire.out.end(), wire_closed);
  both_ends another;
  another.near.close();
  CHECK_THROWS_AS(another.in.begin(), wire_closed);
}

TEST_CASE("a wait ends with its time, and with the process it waits for", "[process]") {
  both_ends wire;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  wire.far.watch(ends[0]);
  wire.far.set_deadline(process_channel::clock::now() + std::chrono::milliseconds(5));
  CHECK_THROWS_AS(wire.in.begin(), wire_late);
  wire.far.set_deadline(process_channel::clock::time_point::max());
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
  both_ends wire;
  wire.out.write_text("in small pieces");
  wire.out.end();
  wire.in.begin();
  CHECK(wire.in.read_text() == "in small pieces");
  wire.in.finish();
}
