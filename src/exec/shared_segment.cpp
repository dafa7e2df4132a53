// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/detail/shared_segment.hpp"

#include "exec/segment_head.hpp"

namespace rill::detail {

void* shared_segment::data() const noexcept {
  return static_cast<std::byte*>(memory_) + segment_head::size;
}

std::size_t shared_segment::count() const noexcept {
  return static_cast<std::size_t>(static_cast<const segment_head*>(memory_)->count);
}

}  // namespace rill::detail
