// SPDX-License-Identifier: BSL-1.0
#include "reactor/descriptor_table.hpp"

#include <memory>

namespace rill::detail {

descriptor* descriptor_table::make(native_handle handle) noexcept {
  if (handle < 0 || handle > most) return nullptr;
  const auto number = static_cast<std::size_t>(handle);
  const std::size_t chunk = number / chunk_size;
  try {
    if (chunk >= chunks_.size()) chunks_.resize(chunk + 1);
    chunks_[chunk] = std::make_unique<std::array<descriptor, chunk_size>>();
  } catch (...) {
    return nullptr;
  }
  int next = static_cast<int>(chunk * chunk_size);
  for (descriptor& entry : *chunks_[chunk]) entry.number = next++;
  return find(handle);
}

}  // namespace rill::detail
