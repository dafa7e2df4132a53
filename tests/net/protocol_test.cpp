// SPDX-License-Identifier: BSL-1.0
#include "rill/net/protocol.hpp"

#include <memory>
#include <type_traits>

#include "support/catch.hpp"

namespace {

class bytes_only : public rill::protocol {
 public:
  void data_received(std::string_view data) override { received += data.size(); }
  std::size_t received = 0;
};

class buffer_only : public rill::buffered_protocol {
 public:
  std::span<char> get_buffer(std::size_t) override { return {}; }
  void buffer_updated(std::size_t) override {}
};

class datagrams_at_all : public rill::datagram_protocol {};
class child_at_all : public rill::subprocess_protocol {};

}  // namespace

TEST_CASE("a protocol need not say more than what it does with data", "[protocol]") {
  bytes_only one;
  one.connection_made(nullptr);
  one.data_received("12345");
  CHECK_FALSE(one.eof_received());
  one.pause_writing();
  one.resume_writing();
  one.connection_lost(nullptr);
  CHECK(one.received == 5);
  buffer_only two;
  CHECK_FALSE(two.eof_received());
  datagrams_at_all three;
  three.datagram_received("x", {});
  three.error_received(std::system_error(std::make_error_code(std::errc::message_size)));
  three.connection_lost(nullptr);
  child_at_all four;
  four.pipe_data_received(1, "x");
  four.pipe_connection_lost(1, nullptr);
  four.process_exited();
}

TEST_CASE("both kinds of stream protocol are one kind, and all are protocols", "[protocol]") {
  STATIC_REQUIRE(std::is_base_of_v<rill::stream_protocol, rill::protocol>);
  STATIC_REQUIRE(std::is_base_of_v<rill::stream_protocol, rill::buffered_protocol>);
  STATIC_REQUIRE(std::is_base_of_v<rill::base_protocol, rill::stream_protocol>);
  STATIC_REQUIRE(std::is_base_of_v<rill::base_protocol, rill::datagram_protocol>);
  STATIC_REQUIRE(std::is_base_of_v<rill::base_protocol, rill::subprocess_protocol>);
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<bytes_only>);
  STATIC_REQUIRE(std::has_virtual_destructor_v<rill::base_protocol>);
}
