// SPDX-License-Identifier: BSL-1.0
// All of rill but the testing layer.
#pragma once

#include "rill/base.hpp"
#include "rill/combinators.hpp"
#include "rill/core.hpp"
#include "rill/exec.hpp"
#include "rill/loop.hpp"
#include "rill/net.hpp"
#include "rill/streams.hpp"
#include "rill/sync.hpp"
#include "rill/version.hpp"
