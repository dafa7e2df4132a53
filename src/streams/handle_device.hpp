// SPDX-License-Identifier: BSL-1.0
// A handle of the system that the loop's reactor reads and writes, as the device of a stream.
#pragma once

#include <utility>

#include "rill/net/detail/loop_handle.hpp"
#include "streams/stream_device.hpp"

namespace rill::detail {

class handle_device : public stream_device {
 public:
  /// Requires: in non-blocking mode, or never blocking.
  explicit handle_device(loop_handle owned, io_kind read_kind = io_kind::read,
                         io_kind write_kind = io_kind::write) noexcept
      : handle_(std::move(owned)), read_kind_(read_kind), write_kind_(write_kind) {}

  stream_wiring wiring() noexcept override {
    return {nullptr, handle_.get(), read_kind_, write_kind_};
  }
  // The handle has no half that could end alone, or others may still write over it.
  bool end_writing() override { return true; }
  void close() noexcept override { handle_.close(); }

 protected:
  native_handle handle() const noexcept { return handle_.get(); }

 private:
  loop_handle handle_;
  io_kind read_kind_;
  io_kind write_kind_;
};

}  // namespace rill::detail
