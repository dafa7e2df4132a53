// SPDX-License-Identifier: BSL-1.0
// Executors: thread pools, and what comes from them.
#pragma once

#include "rill/exec/exec_errors.hpp"
#include "rill/exec/executor_future.hpp"
#include "rill/exec/submit.hpp"
