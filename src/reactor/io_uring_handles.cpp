// SPDX-License-Identifier: BSL-1.0
#include "reactor/io_uring_handles.hpp"

#include "base/system_calls.hpp"

namespace rill::detail {

void io_uring_listener::close_accepted() noexcept {
  for (native_handle handle = pop(); handle != invalid_handle; handle = pop())
    system_calls().close(static_cast<int>(handle));
}

native_handle io_uring_listener::pop() noexcept {
  if (taken == accepted.size()) return invalid_handle;
  const int handle = accepted[taken++];
  if (taken == accepted.size()) {
    accepted.clear();
    taken = 0;
  }
  return handle;
}

}  // namespace rill::detail
