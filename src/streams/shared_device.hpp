// SPDX-License-Identifier: BSL-1.0
// A handle in blocking mode that must stay so: waited for, and then used by calls that do not
// block.
#pragma once

#include <cstdint>
#include <utility>

#include "rill/net/detail/loop_handle.hpp"
#include "streams/stream_device.hpp"

namespace rill::detail {

/// Invariants: `waiting_` is the operation of the stream that waits, and is set exactly while
/// `readiness_` is in the hands of the loop's reactor.
class shared_device final : public stream_device, private device_reactor, private io_op {
 public:
  explicit shared_device(loop_handle owned) noexcept;

  stream_wiring wiring() noexcept override {
    return {this, owned_.get(), io_kind::read, io_kind::write};
  }
  bool end_writing() override { return true; }
  void close() noexcept override { owned_.close(); }

 private:
  bool start(io_op& wanted) noexcept override;
  io_cancel cancel(io_op& wanted) noexcept override;
  bool advance() noexcept;
  bool perform() noexcept;
  static void on_ready(io_op& readiness) noexcept;

  loop_handle owned_;
  reactor& loop_reactor_;
  io_op* waiting_ = nullptr;
  bool cancelled_ = false;  // what waits shall not wait once more
};

}  // namespace rill::detail
