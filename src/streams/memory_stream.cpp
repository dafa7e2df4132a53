// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/memory_stream.hpp"

#include <memory>
#include <utility>

#include "rill/base/error.hpp"
#include "streams/memory_wire.hpp"
#include "streams/stream_core.hpp"

namespace rill {

connection_pair memory_stream_pair(std::size_t capacity, std::size_t limit) {
  if (capacity == 0) detail::throw_invalid_argument("rill: a stream pair of no capacity");
  const auto wire = std::make_shared<detail::memory_wire>(capacity);
  auto first = std::make_unique<detail::memory_end>(wire, wire->there, wire->back);
  auto second = std::make_unique<detail::memory_end>(wire, wire->back, wire->there);
  auto first_core = detail::stream_core::create(std::move(first), limit);
  auto second_core = detail::stream_core::create(std::move(second), limit);
  return {detail::stream_access::both(std::move(first_core)),
          detail::stream_access::both(std::move(second_core))};
}

}  // namespace rill
