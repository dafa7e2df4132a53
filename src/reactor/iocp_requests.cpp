// SPDX-License-Identifier: BSL-1.0
#include "reactor/iocp_requests.hpp"

#include <new>

namespace rill::detail {

bool iocp_requests::grow() noexcept {
  const auto first = static_cast<std::uint32_t>(chunks_.size()) * chunk_size;
  try {
    chunks_.push_back(std::make_unique<iocp_request[]>(chunk_size));
  } catch (const std::bad_alloc&) {
    return false;
  }
  for (std::uint32_t i = chunk_size; i-- != 0;) {
    iocp_request& made = chunks_.back()[i];
    made.number = first + i;
    give_back(made);
  }
  return true;
}

}  // namespace rill::detail
