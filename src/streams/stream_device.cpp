// SPDX-License-Identifier: BSL-1.0
#include "streams/stream_device.hpp"

#include <cerrno>

namespace rill::detail {

int device_reactor::add_watch(io_watch& /*watch*/) noexcept { return EPERM; }

}  // namespace rill::detail
