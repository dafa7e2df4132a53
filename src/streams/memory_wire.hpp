// SPDX-License-Identifier: BSL-1.0
// The two ends of an in-process connection, each the device of a stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "streams/stream_device.hpp"

namespace rill::detail {

/// One direction of a connection: bytes on their way, and who waits at both ends of it. Of each
/// kind at most one operation waits: a stream has one send and one read at a time. A receive waits
/// only while nothing is held, a send only while there is no room.
class memory_lane {
 public:
  explicit memory_lane(std::size_t capacity) noexcept : capacity_(capacity) {}

  /// As reactor::start(): true if it has ended.
  bool send(io_op& op) noexcept;
  bool receive(io_op& op) noexcept;
  /// False: it has ended, and was told so.
  bool withdraw(const io_op& op) noexcept;

  /// No more will be sent.
  void end_sending() noexcept;
  /// Nobody will receive any more.
  void end_receiving() noexcept;

 private:
  std::size_t held() const noexcept { return bytes_.size() - taken_; }
  std::int64_t move_in(const io_op& op) noexcept;
  std::int64_t move_out(const io_op& op) noexcept;

  const std::size_t capacity_;
  std::string bytes_;
  std::size_t taken_ = 0;  // of bytes_, from the front
  io_op* sending_ = nullptr;
  io_op* receiving_ = nullptr;
  bool ended_ = false;
  bool deaf_ = false;
};

/// Shared by both ends.
struct memory_wire {
  explicit memory_wire(std::size_t capacity) noexcept : there(capacity), back(capacity) {}
  memory_lane there;
  memory_lane back;
};

class memory_end final : public stream_device, private device_reactor {
 public:
  memory_end(std::shared_ptr<memory_wire> wire, memory_lane& out, memory_lane& in) noexcept
      : wire_(std::move(wire)), out_(&out), in_(&in) {}

  stream_wiring wiring() noexcept override { return {this, 0, io_kind::receive, io_kind::send}; }
  bool end_writing() override;
  void close() noexcept override;

 private:
  bool start(io_op& op) noexcept override;
  io_cancel cancel(io_op& op) noexcept override;

  std::shared_ptr<memory_wire> wire_;
  memory_lane* out_;
  memory_lane* in_;
};

}  // namespace rill::detail
