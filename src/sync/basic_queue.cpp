// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/basic_queue.hpp"

#include <algorithm>

#include "rill/core/errors.hpp"

namespace rill {

queue_shut_down::queue_shut_down() : std::runtime_error("rill: the queue is shut down") {}

namespace detail {

void queue_core::mark_done() {
  if (unfinished_ == 0) {
    throw_usage(
        "rill: task_done() was called more often than items were put into this queue; call it once "
        "for each item");
  }
  drop_unfinished(1);
}

void queue_core::drop_unfinished(std::size_t count) {
  // task_done() may have run ahead of the gets.
  unfinished_ -= std::min(count, unfinished_);
  if (unfinished_ == 0) joiners_.grant_all();
}

void queue_core::throw_shut_down() { throw queue_shut_down(); }

}  // namespace detail

}  // namespace rill
