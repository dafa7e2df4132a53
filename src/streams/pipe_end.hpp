// SPDX-License-Identifier: BSL-1.0
// One end of a pipe, or another handle that is read and written as one, as the device of a stream.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "streams/handle_device.hpp"
#include "streams/stream_core.hpp"

namespace rill::detail {

class pipe_end final : public handle_device {
 public:
  using handle_device::handle_device;

  std::string extra_info(std::string_view name) const override {
    return name == "pipe" ? std::to_string(handle()) : std::string();
  }
};

/// Takes over the end of a pipe, a FIFO, a socket or a character device, when nothing can go wrong
/// any more. Throws as connect_read_pipe() says.
state_ref<stream_core> open_pipe_end(native_handle handle, std::size_t limit);

/// The type bits of what the handle is. Throws std::system_error for one that is none.
mode_t kind_of_pipe(native_handle handle);

/// A stream over such an end, non-blocking already.
state_ref<stream_core> core_over(loop_handle owned, std::size_t limit);

}  // namespace rill::detail
