// SPDX-License-Identifier: BSL-1.0
//
// On Windows a write to a broken pipe is an error and never a signal.
#include "base/quiet_write.hpp"
#include "base/system_calls.hpp"

namespace rill::detail {

std::ptrdiff_t quiet_write(int handle, const void* data, std::size_t size) noexcept {
  return system_calls().write(handle, data, size);
}

bool may_signal(int /*handle*/) noexcept { return false; }

}  // namespace rill::detail
