// SPDX-License-Identifier: BSL-1.0
// The core: coroutines, tasks, futures, cancellation. Needs no operating system.
#pragma once

#include "rill/core/async_generator.hpp"
#include "rill/core/await_site.hpp"
#include "rill/core/awaitable.hpp"
#include "rill/core/call_graph.hpp"
#include "rill/core/cancel_scope.hpp"
#include "rill/core/context.hpp"
#include "rill/core/context_var.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/core/future.hpp"
#include "rill/core/result.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/core/task.hpp"
#include "rill/core/yield.hpp"
