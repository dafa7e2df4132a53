// SPDX-License-Identifier: BSL-1.0
// The calls of kqueue(2), as a table of their own that tests can replace: no other source knows
// their header.
#pragma once

#include <sys/event.h>
#include <time.h>

namespace rill::detail {

struct kqueue_call_table {
  int (*kqueue)();
  int (*kevent)(int queue, const struct kevent* changes, int change_count, struct kevent* events,
                int capacity, const timespec* timeout);
};

/// Not atomic: a test that changes it puts it back, while no other thread does I/O.
extern kqueue_call_table kqueue_calls;

}  // namespace rill::detail
