// SPDX-License-Identifier: BSL-1.0
// queue: first in, first out.
#pragma once

#include "rill/sync/basic_queue.hpp"
#include "rill/sync/detail/item_stores.hpp"

namespace rill {

// [queue]
/// Items in the order in which they were put. asyncio: Queue.
///
///     rill::queue<job> jobs(100);
///     co_await jobs.put(make_job());
///     while (auto next = co_await jobs.next()) { work_on(*next); jobs.task_done(); }
template <class T>
class queue : public basic_queue<T, detail::fifo_store<T>> {
 public:
  /// Holds `maxsize` items; no limit if that is zero or less.
  explicit queue(std::ptrdiff_t maxsize = 0) : basic_queue<T, detail::fifo_store<T>>(maxsize) {}
};
// [/queue]

}  // namespace rill
