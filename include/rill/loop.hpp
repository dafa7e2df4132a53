// SPDX-License-Identifier: BSL-1.0
// The loop: event_loop, run, runner, sleep, the reactor contract.
#pragma once

#include "rill/loop/callback_handle.hpp"
#include "rill/loop/clock.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/executor.hpp"
#include "rill/loop/external_work.hpp"
#include "rill/loop/io_awaiter.hpp"
#include "rill/loop/io_op.hpp"
#include "rill/loop/reactor.hpp"
#include "rill/loop/run_errors.hpp"
#include "rill/loop/runner.hpp"
#include "rill/loop/sleep.hpp"
