// SPDX-License-Identifier: BSL-1.0
// priority_queue: the least first.
#pragma once

#include <functional>
#include <utility>

#include "rill/sync/basic_queue.hpp"
#include "rill/sync/detail/item_stores.hpp"

namespace rill {

// [priority_queue]
/// The least item leaves first, by `less`; equal ones in the order in which they were put. asyncio:
/// PriorityQueue. Not the order of std::priority_queue. O(log n) for each item. `less` must not
/// throw.
template <class T, class Less = std::less<T>>
class priority_queue : public basic_queue<T, detail::priority_store<T, Less>> {
 public:
  /// Holds `maxsize` items; no limit if that is zero or less.
  explicit priority_queue(std::ptrdiff_t maxsize = 0, Less less = Less())
      : basic_queue<T, detail::priority_store<T, Less>>(maxsize, std::move(less)) {}
};
// [/priority_queue]

}  // namespace rill
