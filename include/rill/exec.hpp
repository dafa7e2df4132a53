// SPDX-License-Identifier: BSL-1.0
// Executors: thread pools, and the ways between threads and loops.
#pragma once

#include "rill/exec/exec_errors.hpp"
#include "rill/exec/executor_future.hpp"
#include "rill/exec/from_thread.hpp"
#include "rill/exec/loop_pool.hpp"
#include "rill/exec/loop_thread.hpp"
#include "rill/exec/map_results.hpp"
#include "rill/exec/pool_server.hpp"
#include "rill/exec/process_map_results.hpp"
#include "rill/exec/process_worker_main.hpp"
#include "rill/exec/remote_error.hpp"
#include "rill/exec/run_in_executor.hpp"
#include "rill/exec/shared_array.hpp"
#include "rill/exec/shared_value.hpp"
#include "rill/exec/submit.hpp"
#include "rill/exec/thread_pool_executor.hpp"
#include "rill/exec/to_thread.hpp"
