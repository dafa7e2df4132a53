// SPDX-License-Identifier: BSL-1.0
//
// What tests of programs that use rill need. Target rill::testing; rill.hpp does not include it.
#pragma once

#include "rill/testing/check_stream.hpp"
#include "rill/testing/idle_reactor.hpp"
#include "rill/testing/step_loop.hpp"
#include "rill/testing/virtual_clock.hpp"
#include "rill/testing/virtual_run.hpp"
