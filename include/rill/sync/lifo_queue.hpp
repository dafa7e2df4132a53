// SPDX-License-Identifier: BSL-1.0
// lifo_queue: last in, first out.
#pragma once

#include "rill/sync/basic_queue.hpp"
#include "rill/sync/detail/item_stores.hpp"

namespace rill {

// [lifo_queue]
/// The item that was put last leaves first. asyncio: LifoQueue. Tasks that wait are served in the
/// order of their coming all the same.
template <class T>
class lifo_queue : public basic_queue<T, detail::lifo_store<T>> {
 public:
  /// Holds `maxsize` items; no limit if that is zero or less.
  explicit lifo_queue(std::ptrdiff_t maxsize = 0)
      : basic_queue<T, detail::lifo_store<T>>(maxsize) {}
};
// [/lifo_queue]

}  // namespace rill
