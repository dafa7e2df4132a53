// SPDX-License-Identifier: BSL-1.0
#include "reactor/iocp_handles.hpp"

#include <new>

namespace rill::detail {

iocp_handle* iocp_handles::add(native_handle handle) noexcept {
  if (handle < 0 || handle >= limit) return nullptr;
  const std::size_t chunk = static_cast<std::size_t>(handle) / step / chunk_size;
  try {
    if (chunk >= chunks_.size()) chunks_.resize(chunk + 1);
    chunks_[chunk] = std::make_unique<iocp_handle[]>(chunk_size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  for (std::size_t i = 0; i < chunk_size; ++i) {
    chunks_[chunk][i].number = static_cast<native_handle>((chunk * chunk_size + i) * step);
  }
  return find(handle);
}

}  // namespace rill::detail
