// SPDX-License-Identifier: BSL-1.0
// Synchronisation of tasks.
#pragma once

#include "rill/sync/barrier.hpp"
#include "rill/sync/basic_queue.hpp"
#include "rill/sync/capacity_limiter.hpp"
#include "rill/sync/channel.hpp"
#include "rill/sync/condition.hpp"
#include "rill/sync/event.hpp"
#include "rill/sync/held.hpp"
#include "rill/sync/latch.hpp"
#include "rill/sync/lifo_queue.hpp"
#include "rill/sync/lock.hpp"
#include "rill/sync/priority_queue.hpp"
#include "rill/sync/queue.hpp"
#include "rill/sync/semaphore.hpp"
#include "rill/sync/shared_lock.hpp"
#include "rill/sync/sync_errors.hpp"
#include "rill/sync/threadsafe_queue.hpp"
