// SPDX-License-Identifier: BSL-1.0
//
// A protocol that notes what happens to it, and the other end of its connection.
#pragma once

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/core/yield.hpp"
#include "rill/net/socket.hpp"
#include "rill/streams/create_connection.hpp"
#include "support/call_log.hpp"
#include "support/socket_pair.hpp"

namespace rill_test {

/// Notes "made", "data", "eof", "pause", "resume", "lost" and, with a text, "lost: <text>"; throws
/// in the one that is named.
class recording_protocol : public rill::protocol {
 public:
  explicit recording_protocol(std::string failing = {}) : failing_(std::move(failing)) {}

  void connection_made(std::shared_ptr<rill::transport> made) override {
    transport = std::move(made);
    if (!greeting.empty()) transport->write(greeting);
    if (pauses_at_once) transport->pause_reading();
    note("made");
  }
  void data_received(std::string_view data) override {
    received += data;
    note("data");
  }
  bool eof_received() override {
    note("eof");
    return keeps_open;
  }
  void pause_writing() override { note("pause"); }
  void resume_writing() override { note("resume"); }
  void connection_lost(std::exception_ptr error) override {
    loss = error;
    ended.note("lost");
    note(error ? "lost: " + rill::describe_exception(error) : "lost");
  }

  std::shared_ptr<rill::transport> transport;
  std::string received;
  std::exception_ptr loss;
  call_log log;
  call_log ended;  // has "lost" however it was lost
  std::string greeting;
  bool pauses_at_once = false;
  bool keeps_open = false;

 private:
  void note(const std::string& what) {
    if (what != "data" || log.lines.empty() || log.lines.back() != "data") {
      log.note(what);
    }
    if (what == failing_) throw std::runtime_error("boom in " + what);
  }
  std::string failing_;
};

using protocol_pointer = std::shared_ptr<recording_protocol>;

struct protocol_and_peer {
  protocol_pointer protocol;
  rill::socket peer;
};

/// Connects `protocol` with a socket.
inline rill::coro<protocol_and_peer> join_with_peer(
    protocol_pointer protocol = std::make_shared<recording_protocol>()) {
  connected_pair sockets = co_await make_pair();
  const auto factory = [protocol] { return protocol; };
  co_await rill::create_connection(factory, std::move(sockets.client));
  protocol_and_peer made{std::move(protocol), std::move(sockets.server)};
  co_return std::move(made);
}

/// Writes until it is told to pause; returns how many bytes.
inline std::size_t fill(recording_protocol& protocol) {
  const std::string block = pattern(100'000);
  const std::size_t pauses = protocol.log.count("pause");
  std::size_t written = 0;
  while (protocol.log.count("pause") == pauses) {
    protocol.transport->write(block);
    written += block.size();
  }
  return written;
}

/// Waits until that many bytes have come.
inline rill::coro<> wait_for_bytes(recording_protocol& protocol, std::size_t count) {
  while (protocol.received.size() < count) co_await rill::yield();
}

}  // namespace rill_test
