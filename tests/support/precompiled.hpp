// SPDX-License-Identifier: BSL-1.0
// What most tests include, compiled once with RILL_PRECOMPILE. Nobody includes it by name.
#pragma once

#include "rill/rill.hpp"
#include "support/coroutine_case.hpp"
