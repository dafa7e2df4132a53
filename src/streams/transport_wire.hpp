// SPDX-License-Identifier: BSL-1.0
// A transport as the device of a stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include "rill/net/transport.hpp"
#include "streams/stream_device.hpp"

namespace rill::detail {

/// Shared by the protocol, which is told what happens, and the device, which is asked. The stream
/// has at most one read and one write at a time. Invariants: 1. A read waits only while nothing has
/// come. 2. While a write waits, the transport has its bytes: it can end early, but never be
/// withdrawn.
class transport_wire final : public device_reactor {
 public:
  explicit transport_wire(std::size_t limit) noexcept : limit_(limit) {}

  // -- for the protocol
  void attach(std::shared_ptr<transport> made);
  bool is_attached() const noexcept { return transport_ != nullptr; }
  void take(std::string_view data);
  void take_end() noexcept;
  void pause_writing() noexcept { writing_paused_ = true; }
  void resume_writing() noexcept;
  void lose(const std::exception_ptr& error) noexcept;

  // -- for the device
  bool can_end_writing() const noexcept;
  void end_writing();
  void close() noexcept;
  /// Null once it is lost.
  transport* get() const noexcept { return transport_.get(); }

 private:
  bool start(io_op& op) noexcept override;
  io_cancel cancel(io_op& op) noexcept override;
  bool read(io_op& op) noexcept;
  bool write(io_op& op) noexcept;
  std::size_t held() const noexcept { return incoming_.size() - taken_; }
  void control_reading() noexcept;

  const std::size_t limit_;
  std::shared_ptr<transport> transport_;
  std::string incoming_;
  std::size_t taken_ = 0;  // of incoming_, from the front
  io_op* reading_ = nullptr;
  io_op* writing_ = nullptr;
  int read_failure_ = 0;
  int write_failure_ = 0;
  bool at_end_ = false;
  bool reading_paused_ = false;
  bool writing_paused_ = false;
};

class transport_device final : public stream_device {
 public:
  explicit transport_device(std::shared_ptr<transport_wire> wire) noexcept
      : wire_(std::move(wire)) {}

  stream_wiring wiring() noexcept override {
    return {wire_.get(), 0, io_kind::receive, io_kind::send};
  }
  bool can_end_writing() const noexcept override { return wire_->can_end_writing(); }
  bool end_writing() override;
  void close() noexcept override { wire_->close(); }
  socket_address peer_address() noexcept override;
  socket_address local_address() noexcept override;
  std::string extra_info(std::string_view name) const override;

 private:
  std::shared_ptr<transport_wire> wire_;
};

}  // namespace rill::detail
