// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/detail/process_wire.hpp"

#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/system_calls.hpp"
#include "exec/channel_ends.hpp"
#include "exec/process_channel.hpp"
#include "support/catch.hpp"
#include "support/open_descriptors.hpp"
#include "support/plain_pipe.hpp"

using namespace rill::detail;
using rill_test::channel_ends;
using rill_test::plain_pipe;

TEST_CASE("a message is read as it was written", "[process]") {
  channel_ends wire;
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
  channel_ends wire;
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
  channel_ends wire;
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

TEST_CASE("the end of the other side is seen on both ways", "[process]") {
  channel_ends wire;
  wire.there.close();
  wire.out.write_number(1);
  CHECK_THROWS_AS(wire.out.end(), wire_closed);
  channel_ends another;
  another.here.close();
  CHECK_THROWS_AS(another.in.begin(), wire_closed);
}

TEST_CASE("handles travel with their message, and none is left open", "[process]") {
  const int before = rill_test::open_descriptors();
  {
    channel_ends wire;
    plain_pipe pipe;
    const auto keep = std::make_shared<int>(0);
    for (int i = 0; i < 20; ++i) {
      wire.out.write_number(i);
      wire.out.attach(pipe.write_end(), keep);
    }
    CHECK(keep.use_count() > 1);
    wire.out.end();
    CHECK(keep.use_count() == 1);
    pipe.close_write_end();
    wire.in.begin();
    for (int i = 0; i < 18; ++i) {
      CHECK(wire.in.read_number<int>() == i);
      const rill::native_handle handle = wire.in.take_handle();
      CHECK(system_calls().write(static_cast<int>(handle), "x", 1) == 1);
      close_handle(handle);
    }
    wire.in.finish();
    CHECK_THROWS_AS(wire.in.take_handle(), std::runtime_error);
    CHECK(pipe.take() == std::string(18, 'x'));
    CHECK(pipe.take().empty());
  }
  CHECK(rill_test::open_descriptors() == before);
}
