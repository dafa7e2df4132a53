// SPDX-License-Identifier: BSL-1.0
#include "reactor/io_uring_handles.hpp"

#include <new>

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

io_uring_handle* io_uring_handles::add(native_handle handle) noexcept {
  if (handle < 0 || handle >= limit) return nullptr;
  const std::size_t index = static_cast<std::size_t>(handle) / chunk_size;
  try {
    if (index >= chunks_.size()) chunks_.resize(index + 1);
    chunks_[index] = std::make_unique<io_uring_handle[]>(chunk_size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  const std::size_t first = index * chunk_size;
  for (std::size_t i = 0; i < chunk_size; ++i)
    chunks_[index][i].descriptor = static_cast<int>(first + i);
  return find(handle);
}

}  // namespace rill::detail
