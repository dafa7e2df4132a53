// SPDX-License-Identifier: BSL-1.0
// The combinators: time limits around awaits, and many awaits at once.
#pragma once

#include "rill/combinators/gather.hpp"
#include "rill/combinators/move_on_after.hpp"
#include "rill/combinators/timeout.hpp"
#include "rill/combinators/timeout_scope.hpp"
#include "rill/combinators/wait.hpp"
#include "rill/combinators/wait_for.hpp"
