// SPDX-License-Identifier: BSL-1.0
//
// Flow control of transports over sockets: pausing, water marks, and what closing does to queues.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/core/errors.hpp"
#include "rill/testing/virtual_run.hpp"
#include "streams/recording_protocol.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

namespace {

using rill_test::join_with_peer;
using rill_test::let_run;
using rill_test::pattern;
using rill_test::protocol_and_peer;
using rill_test::protocol_pointer;
using rill_test::receive_to_the_end;
using rill_test::recording_protocol;
using rill_test::wait_for_bytes;

protocol_pointer recorder(const char* failing = "") {
  return std::make_shared<recording_protocol>(failing);
}

}  // namespace

RILL_IO_TEST_CASE("close sends what is queued, then comes lost", "[transport_flow]") {
  protocol_and_peer ends = co_await join_with_peer();
  const std::size_t written = rill_test::fill(*ends.protocol);
  ends.protocol->transport->close();
  CHECK(ends.protocol->transport->is_closing());
  CHECK_FALSE(ends.protocol->transport->is_reading());
  ends.protocol->transport->write("dropped");
  co_await let_run();
  CHECK_FALSE(ends.protocol->ended.has("lost"));
  const std::string arrived = co_await receive_to_the_end(ends.peer, 65536);
  CHECK(arrived.size() == written);
  co_await ends.protocol->ended.wait_for("lost");
  CHECK(ends.protocol->log.lines.back() == "lost");
  CHECK_FALSE(ends.protocol->log.has("eof"));
}

RILL_IO_TEST_CASE("abort with full buffers ends it at once, without an error", "[transport_flow]") {
  protocol_and_peer ends = co_await join_with_peer();
  rill_test::fill(*ends.protocol);
  co_await let_run();
  CHECK(ends.protocol->transport->write_buffer_size() > 0);
  ends.protocol->transport->abort();
  CHECK_FALSE(ends.protocol->log.has("lost"));
  co_await let_run();
  CHECK(ends.protocol->log.count("lost") == 1);
  CHECK(ends.protocol->transport->write_buffer_size() == 0);
  ends.protocol->transport->abort();
  ends.protocol->transport->close();
  co_await let_run();
  CHECK(ends.protocol->log.count("lost") == 1);
}

RILL_IO_TEST_CASE("nothing is delivered while reading is paused", "[transport_flow]") {
  const protocol_pointer protocol = recorder();
  protocol->pauses_at_once = true;
  protocol_and_peer ends = co_await join_with_peer(protocol);
  CHECK_FALSE(protocol->transport->is_reading());
  co_await ends.peer.send_all("wait");
  for (int i = 0; i < 10; ++i) co_await let_run();
  CHECK(protocol->received.empty());
  protocol->transport->resume_reading();
  protocol->transport->resume_reading();
  co_await wait_for_bytes(*protocol, 4);
  protocol->transport->pause_reading();
  protocol->transport->pause_reading();
  co_await ends.peer.send_all("more");
  ends.peer.shutdown(rill::shutdown_side::write);
  for (int i = 0; i < 10; ++i) co_await let_run();
  CHECK(protocol->received == "wait");
  CHECK_FALSE(protocol->log.has("eof"));
  protocol->transport->resume_reading();
  co_await protocol->log.wait_for("lost");
  CHECK(protocol->received == "waitmore");
}

RILL_IO_TEST_CASE("pausing in the midst of a flood loses nothing", "[transport_flow]") {
  class sipping : public recording_protocol {
   public:
    void data_received(std::string_view data) override {
      recording_protocol::data_received(data);
      if (++pieces % 2 == 0) transport->pause_reading();
    }
    int pieces = 0;
  };
  const auto protocol = std::make_shared<sipping>();
  protocol_and_peer ends = co_await join_with_peer(protocol);
  const std::string all = pattern(2'000'000);
  auto sending = rill::create_task(rill_test::send_and_end(ends.peer, all));
  while (!protocol->ended.has("lost")) {
    co_await rill::yield();
    if (!protocol->transport->is_closing()) protocol->transport->resume_reading();
  }
  co_await sending;
  CHECK(protocol->received == all);
}

RILL_IO_TEST_CASE("above the high mark it pauses inside write(), at the low one it resumes",
                  "[transport_flow]") {
  protocol_and_peer ends = co_await join_with_peer();
  const std::shared_ptr<rill::transport> out = ends.protocol->transport;
  out->set_write_buffer_limits(100'000);
  CHECK(out->write_buffer_limits().low == 25'000);
  const std::string block = pattern(50'000);
  std::size_t written = 0;
  while (!ends.protocol->log.has("pause")) {
    out->write(block);
    written += block.size();
  }
  CHECK(out->write_buffer_size() > 100'000);
  const std::size_t kept = out->write_buffer_size();
  out->write(block);
  written += block.size();
  CHECK(out->write_buffer_size() == kept + block.size());
  CHECK(ends.protocol->log.text() == "made, pause");
  out->close();
  const std::string all = co_await receive_to_the_end(ends.peer, 65536);
  CHECK(all.size() == written);
  co_await ends.protocol->ended.wait_for("lost");
  CHECK_THROWS_AS(out->set_write_buffer_limits(1, 2), std::invalid_argument);
}

RILL_IO_TEST_CASE("writing more in resume_writing pauses again", "[transport_flow]") {
  class refilling : public recording_protocol {
   public:
    void resume_writing() override {
      recording_protocol::resume_writing();
      if (++rounds <= 3) written += rill_test::fill(*this);
      if (rounds == 4) transport->close();
    }
    int rounds = 0;
    std::size_t written = 0;
  };
  const auto protocol = std::make_shared<refilling>();
  protocol_and_peer ends = co_await join_with_peer(protocol);
  protocol->written += rill_test::fill(*protocol);
  CHECK(protocol->log.text() == "made, pause");
  const std::string all = co_await receive_to_the_end(ends.peer, 65536);
  CHECK(all.size() == protocol->written);
  co_await protocol->ended.wait_for("lost");
  CHECK(protocol->log.count("pause") == 4);
  CHECK(protocol->log.count("resume") == 4);
}

RILL_IO_TEST_CASE("what the system takes at once is no reason to pause", "[transport_flow]") {
  protocol_and_peer ends = co_await join_with_peer();
  ends.protocol->transport->set_write_buffer_limits(10, 0);
  ends.protocol->transport->write("far more than ten bytes");
  ends.protocol->transport->write_eof();
  const std::string all = co_await receive_to_the_end(ends.peer, 64);
  CHECK(all == "far more than ten bytes");
  // io_uring takes nothing before its turn.
  if (rill_test::current_backend() != "io_uring") CHECK(ends.protocol->log.text() == "made");
}

RILL_IO_TEST_CASE("write_eof ends one half; a write behind it is refused", "[transport_flow]") {
  protocol_and_peer ends = co_await join_with_peer();
  const std::shared_ptr<rill::transport> out = ends.protocol->transport;
  CHECK(out->can_write_eof());
  out->write("last words");
  out->write_eof();
  out->write_eof();
  CHECK_THROWS_AS(out->write("x"), rill::usage_error);
  const std::string all = co_await receive_to_the_end(ends.peer, 64);
  CHECK(all == "last words");
  co_await ends.peer.send_all("answer");
  co_await wait_for_bytes(*ends.protocol, 6);
  ends.peer.close();
  co_await ends.protocol->ended.wait_for("lost");
  CHECK(ends.protocol->log.text() == "made, data, eof, lost");
}

RILL_IO_TEST_CASE("what flow control and lost throw is reported and does no harm",
                  "[transport_flow]") {
  for (const char* const failing : {"pause", "resume", "lost"}) {
    protocol_and_peer ends = co_await join_with_peer(recorder(failing));
    const std::size_t written = rill_test::fill(*ends.protocol);
    CHECK_FALSE(ends.protocol->transport->is_closing());
    auto reading = rill::create_task(receive_to_the_end(ends.peer, 65536));
    co_await ends.protocol->log.wait_for("resume");
    ends.protocol->transport->close();
    const std::string arrived = co_await std::move(reading);
    CHECK(arrived.size() == written);
    co_await ends.protocol->ended.wait_for("lost");
    co_await let_run();
    CHECK(ends.protocol->loss == nullptr);
    const std::vector<std::string> reports = rill::testing::take_reports();
    CHECK(reports.size() == 1);
    CHECK_THAT(reports.at(0), Catch::Contains(std::string("boom in ") + failing));
  }
}

RILL_IO_TEST_CASE("a megabyte goes both ways at once", "[transport_flow]") {
  protocol_and_peer ends = co_await join_with_peer();
  ends.protocol->keeps_open = true;
  const std::string there = pattern(1 << 20);
  const std::string back = pattern((1 << 20) + 4321);
  ends.protocol->transport->write(there);
  ends.protocol->transport->write_eof();
  auto sending = rill::create_task(rill_test::send_and_end(ends.peer, back));
  const std::string arrived = co_await receive_to_the_end(ends.peer, 30'000);
  co_await sending;
  co_await ends.protocol->log.wait_for("eof");
  CHECK(arrived == there);
  CHECK(ends.protocol->received == back);
  ends.protocol->transport->close();
  co_await ends.protocol->ended.wait_for("lost");
}
