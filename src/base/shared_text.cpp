// SPDX-License-Identifier: BSL-1.0
#include "rill/base/detail/shared_text.hpp"

#include <cstring>
#include <new>

namespace rill::detail {

shared_text::block* shared_text::make(std::string_view text) {
  void* const room = ::operator new(sizeof(block) + text.size());
  auto* const made = ::new (room) block(text.size());
  std::memcpy(static_cast<char*>(room) + sizeof(block), text.data(), text.size());
  return made;
}

void shared_text::release(block* held) noexcept {
  // Ordered after every other holder's reads, each of which precedes that holder's own release.
  if (held->references.fetch_sub(1) != 1) return;
  held->~block();
  ::operator delete(held);
}

}  // namespace rill::detail
