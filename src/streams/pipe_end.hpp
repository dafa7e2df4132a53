// SPDX-License-Identifier: BSL-1.0
// One end of a pipe, or another handle that is read and written as one, as the device of a stream.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "rill/net/detail/loop_handle.hpp"
#include "streams/stream_core.hpp"
#include "streams/stream_device.hpp"

namespace rill::detail {

class pipe_end final : public stream_device {
 public:
  /// Requires: in non-blocking mode, or never blocking.
  explicit pipe_end(loop_handle owned) noexcept : handle_(std::move(owned)) {}

  stream_wiring wiring() noexcept override {
    return {nullptr, handle_.get(), io_kind::read, io_kind::write};
  }
  bool end_writing() override { return true; }
  void close() noexcept override { handle_.close(); }
  std::string extra_info(std::string_view name) const override {
    return name == "pipe" ? std::to_string(handle_.get()) : std::string();
  }

 private:
  loop_handle handle_;
};

/// Takes over the end of a pipe, a FIFO, a socket or a character device, when nothing can go wrong
/// any more. Throws as connect_read_pipe() says.
state_ref<stream_core> open_pipe_end(native_handle handle, std::size_t limit);

}  // namespace rill::detail
